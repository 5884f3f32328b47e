//! What a call means for the people of a room: who joins and leaves it, who is told so, and whose signals reach whom. A
//! call is in one channel, and everything about it asks for a seat there, as an entry does.

use std::collections::BTreeSet;

use domain::room::Channel;

use super::{Effect, Listener, LiveRoom, News, SocketId};
use crate::calls::candidate::Reach;
use crate::calls::signal::Signal;
use crate::live::calls::Member;
use crate::refused::Refused;

/// Whom a signal is for: a seat in the call of a channel, and which joining is meant where that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub who: String,
    pub channel: Option<Channel>,
    pub number: Option<u64>,
}

impl LiveRoom {
    /// Somebody joins the call of a channel, on this connection. The call that they were in ends before (the server sees
    /// to it, on whatever socket it was): what is said in a caucus never reaches a call that was left for it.
    pub fn join_call(&mut self, socket: SocketId, channel: Channel) -> Vec<Effect> {
        let Some(account) = self.listeners.get(&socket).map(|listener| listener.account) else {
            return Vec::new();
        };
        let Some(who) = self.now.seat(account) else { return Vec::new() };
        if let Err(refused) = self.now.check_call(account, channel) {
            return vec![refuse(socket, refused)];
        }
        if self.calls.is_full(channel, account) {
            return vec![refuse(socket, Refused::rule("call-full"))];
        }
        let mut effects = self.hang_up(|_, member| member.account == account);
        let number = self.calls.join(channel, socket, account, who);
        effects.push(Effect::Send { to: vec![socket], news: News::CallBegun { channel, number } });
        effects.extend(self.tell_call(channel));
        effects
    }

    /// Somebody leaves the call that they are in on this connection.
    pub fn leave_call(&mut self, socket: SocketId) -> Vec<Effect> {
        self.hang_up(|_, member| member.socket == socket)
    }

    /// Passes on what one member of a call tells another, rebuilt, and to that one alone. Nothing passes while no mediator
    /// is in the call: the sides never talk by themselves. What was meant for somebody who has left is dropped.
    pub fn signal(&self, socket: SocketId, to: &Addressee, signal: &Signal, reach: &Reach) -> Option<Effect> {
        let Some((channel, from)) = self.calls.on(socket) else {
            return Some(refuse(socket, Refused::rule("not-in-call")));
        };
        let members = self.calls.of(channel);
        let is_it = |member: &&Member| {
            member.socket != socket
                && member.who.as_str() == to.who
                && to.number.is_none_or(|number| number == member.number)
        };
        let is_here = to.channel.is_none_or(|meant| meant == channel) && is_live(members);
        let addressee = members.iter().find(is_it).filter(|_| is_here)?;
        // Who may not be in the call is not in it; asked again, because a word too much could not be called back (R5).
        self.now.check_call(addressee.account, channel).ok()?;
        let data = signal.told(&self.now.reach(reach))?;
        let news = News::Signal { from: from.who, number: from.number, channel, data };
        Some(Effect::Send { to: vec![addressee.socket], news })
    }

    /// Takes members out of their calls, tells each of them, and then those who see that call.
    pub(super) fn hang_up(&mut self, goes: impl Fn(Channel, &Member) -> bool) -> Vec<Effect> {
        let gone = self.calls.take(goes);
        self.tell_gone(gone)
    }

    pub(super) fn tell_gone(&self, gone: Vec<(Channel, Member)>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut channels = BTreeSet::new();
        for (channel, member) in gone {
            channels.insert(channel);
            if self.listeners.contains_key(&member.socket) {
                let news = News::CallEnded { channel };
                effects.push(Effect::Send { to: vec![member.socket], news });
            }
        }
        effects.extend(channels.into_iter().filter_map(|channel| self.tell_call(channel)));
        effects
    }

    /// Tells those who sit in the channel who is in its call.
    fn tell_call(&self, channel: Channel) -> Option<Effect> {
        let hears = |listener: &Listener, _: &SocketId| self.now.sits_in(listener.account, channel);
        self.send(hears, self.call_news(channel))
    }

    /// The calls that are going on in this connection's channels.
    pub(super) fn calls_for(&self, socket: SocketId) -> Vec<Effect> {
        let Some(listener) = self.listeners.get(&socket) else { return Vec::new() };
        let going_on = |channel: &Channel| {
            !self.calls.of(*channel).is_empty() && self.now.sits_in(listener.account, *channel)
        };
        let told = |channel: Channel| Effect::Send { to: vec![socket], news: self.call_news(channel) };
        Channel::ALL.iter().copied().filter(going_on).map(told).collect()
    }

    fn call_news(&self, channel: Channel) -> News {
        let people = self.calls.of(channel).iter().map(|member| (member.who, member.number)).collect();
        News::Call { channel, people }
    }
}

fn refuse(socket: SocketId, refused: Refused) -> Effect {
    Effect::Send { to: vec![socket], news: News::Refused(refused) }
}

/// Whether people of a call may hear each other: a mediator is among them.
fn is_live(members: &[Member]) -> bool {
    members.iter().any(|member| member.who.mediates())
}

#[cfg(test)]
#[path = "talk_tests.rs"]
mod tests;
