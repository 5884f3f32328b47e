//! Joining and leaving a call over this socket, what its members tell each other, and hands that are raised.

use domain::room::{Channel, Seat};
use serde_json::Value;

use super::{Connection, End};
use crate::calls::signal::Signal;
use crate::limits::Limit;
use crate::live::Addressee;
use crate::refused::Refused;

impl Connection {
    /// A hand of one's own goes up or down; somebody else's is taken down, by whoever gives the floor.
    pub(super) fn hand(&self, up: bool, who: Option<&str>) {
        let Some(joined) = &self.joined else { return };
        match who {
            None => joined.hand(up),
            Some(who) => {
                let whose = Seat::ALL.into_iter().find(|seat| !up && seat.as_str() == who);
                whose.into_iter().for_each(|whose| joined.give_floor(whose));
            }
        }
    }

    /// The room answers, in its own order: `call_begun`, or why not.
    pub(super) async fn call(&mut self, channel: &str, on: bool) -> Result<(), End> {
        let Ok(channel) = channel.parse::<Channel>() else {
            return self.refuse(None, &Refused::Absent).await;
        };
        if on && self.state.config.calls.is_none() {
            return self.refuse(None, &Refused::rule("calls-off")).await;
        }
        // Each coming and going is told to everybody in the channel.
        if let Err(retry_after) = self.state.limits.take(Limit::Signals, self.account, self.state.clock.now())
        {
            return self.refuse(None, &Refused::TooMuch { retry_after }).await;
        }
        if let Some(joined) = &self.joined {
            joined.call(on.then_some(channel)).await;
        }
        Ok(())
    }

    /// Only what was understood goes on, and it is written anew for whom it is (R17).
    pub(super) async fn signal(
        &mut self,
        who: String,
        channel: Option<&str>,
        number: Option<u64>,
        data: Value,
    ) -> Result<(), End> {
        if self.state.config.calls.is_none() {
            return self.refuse(None, &Refused::rule("calls-off")).await;
        }
        let now = self.state.clock.now();
        if let Err(retry_after) = self.state.limits.take(Limit::Signals, self.account, now) {
            return self.refuse(None, &Refused::TooMuch { retry_after }).await;
        }
        let channel = channel.map(str::parse::<Channel>).transpose();
        let (Ok(channel), Ok(signal)) = (channel, Signal::read(data)) else {
            return self.refuse(None, &Refused::rule("signal-refused")).await;
        };
        if let Some(joined) = &self.joined {
            joined.signal(Addressee { who, channel, number }, signal).await;
        }
        Ok(())
    }
}
