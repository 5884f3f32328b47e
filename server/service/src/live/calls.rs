//! Who is in a call, channel by channel: pure, and gone when the room goes. A person is in one call at a time, on one
//! socket. Deliberately not here: who may be, and who is told of it (`room`).

use std::collections::BTreeMap;

use domain::ids::AccountId;
use domain::room::{Channel, Seat};

use super::presence::SocketId;

/// How many may be in a call: each sends to each.
pub const CALL_PEOPLE_MAX: usize = 4;

/// Somebody in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub socket: SocketId,
    pub account: AccountId,
    pub who: Seat,
    /// Which joining of this channel's it was: what was meant for an earlier one is not for this one.
    pub number: u64,
}

/// All calls of a room.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    members: BTreeMap<Channel, Vec<Member>>,
    /// How often somebody has joined, for each channel: a count over all would tell of a caucus.
    joined: BTreeMap<Channel, u64>,
}

impl Calls {
    /// Everybody in the call of that channel, the first to join first.
    pub fn of(&self, channel: Channel) -> &[Member] {
        self.members.get(&channel).map_or(&[], Vec::as_slice)
    }

    /// In which call that socket is, and as whom.
    pub fn on(&self, socket: SocketId) -> Option<(Channel, Member)> {
        let find = |(channel, members): (&Channel, &Vec<Member>)| {
            let member = members.iter().find(|member| member.socket == socket)?;
            Some((*channel, *member))
        };
        self.members.iter().find_map(find)
    }

    /// Whether as many others are in it as may be.
    pub fn is_full(&self, channel: Channel, account: AccountId) -> bool {
        let others = self.of(channel).iter().filter(|member| member.account != account);
        others.count() >= CALL_PEOPLE_MAX
    }

    /// Joins, and gives the number of this joining.
    pub fn join(&mut self, channel: Channel, socket: SocketId, account: AccountId, who: Seat) -> u64 {
        let number = self.joined.entry(channel).or_insert(0);
        *number += 1;
        let member = Member { socket, account, who, number: *number };
        self.members.entry(channel).or_default().push(member);
        member.number
    }

    /// Takes those out for whom it holds, and says from which call each went.
    pub fn take(&mut self, goes: impl Fn(Channel, &Member) -> bool) -> Vec<(Channel, Member)> {
        let mut gone = Vec::new();
        for (channel, members) in &mut self.members {
            gone.extend(
                members.extract_if(.., |member| goes(*channel, member)).map(|member| (*channel, member)),
            );
        }
        gone
    }
}
