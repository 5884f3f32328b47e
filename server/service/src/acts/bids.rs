//! Blind bids: the mediator asks, each side enters its figure, and where the two cross their midpoint is said. A figure
//! is opened for that one comparison and in no answer, trace or log. Deliberately not here: what two figures come to
//! (`domain::bid`).

use std::collections::BTreeMap;

use domain::bid::{self, BidRefusal, BidState, Outcome, QUESTION_CHARACTERS_MAX, ROUNDS_MAX};
use domain::entry::{BidQuestion, Body, OfferContent};
use domain::ids::{DisputeId, EntryId};
use domain::money::Money;
use domain::person::clean_words;
use domain::sight::Item;
use domain::terms::Term;
use store::Tx;
use store::bids::Asked;

use super::Doing;
use super::secrets::{InRoom, fill_draft, say_lines, tell_both};
use crate::refused::{FieldErrors, Refused, words_code};

/// A question as one reader sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub asked: Asked,
    /// For a party: whether its own figure of the open round is in. Of the other side's nobody reads even that.
    pub entered: Option<bool>,
}

fn rule(refusal: BidRefusal) -> Refused {
    match refusal {
        BidRefusal::OtherCurrency => Refused::field("amount.currency", "not-a-choice"),
        refusal => Refused::rule(refusal.as_str()),
    }
}

/// The questions that the person hears of, the newest first.
///
/// # Errors
/// `Absent` without a seat.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<Shown>, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    let mut shown = Vec::new();
    for asked in store::bids::list(tx, dispute)? {
        if room.hears(tx, asked.id)? {
            shown.push(show(tx, &room, asked)?);
        }
    }
    Ok(shown)
}

fn show(tx: &mut Tx<'_>, room: &InRoom, asked: Asked) -> Result<Shown, Refused> {
    let side =
        room.seat.side().filter(|side| room.seen.may_read(Item::SecretAnswer { of: *side, given: true }));
    let entered = match side {
        Some(side) => Some(*store::bids::entered(tx, room.seen.dispute.id, asked.id)?.of(side)),
        None => None,
    };
    Ok(Shown { asked, entered })
}

fn find(tx: &mut Tx<'_>, room: &InRoom, id: EntryId) -> Result<Asked, Refused> {
    let asked = store::bids::get(tx, room.seen.dispute.id, id)?.ok_or(Refused::Absent)?;
    if room.hears(tx, id)? { Ok(asked) } else { Err(Refused::Absent) }
}

fn clean(question: BidQuestion) -> Result<BidQuestion, Refused> {
    let mut errors = FieldErrors::default();
    if question.text.is_empty() {
        errors.push("question", "missing");
    }
    if !(1..=ROUNDS_MAX).contains(&question.rounds) {
        errors.push("rounds", "not-a-choice");
    }
    let mut text = BTreeMap::new();
    for (language, typed) in question.text {
        let words = clean_words(&typed, QUESTION_CHARACTERS_MAX);
        let words = errors.take(&format!("question.{language}"), words, words_code);
        text.extend(words.map(|words| (language, words)));
    }
    errors.check()?;
    Ok(BidQuestion { text, ..question })
}

/// The mediator asks both sides for figures. One question is open at a time.
///
/// # Errors
/// `Absent` for others than the mediator; `Fields`; the rule.
pub fn ask(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    question: BidQuestion,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    room.mediates()?;
    let question = clean(question)?;
    let body = Body::BlindBidAsked(question.clone());
    room.may(&body)?;
    let before = store::bids::list(tx, dispute)?;
    bid::ask(before.iter().filter(|asked| asked.bid.state == BidState::Open).count()).map_err(rule)?;
    let id = EntryId::new(doing.new_uuid());
    store::bids::put(tx, dispute, id, &question, doing.now)?;
    tell_both(tx, doing, &room, id, &body)?;
    let asked = store::bids::get(tx, dispute, id)?.ok_or(Refused::Absent)?;
    show(tx, &room, asked)
}

/// A side enters its figure for the round `round`. With both in, the round closes in this same transaction: they met, or
/// nothing is ever known of them.
///
/// # Errors
/// `Absent` for others than the parties, and where they do not hear the question; `Fields`; the rule.
pub fn enter(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    id: EntryId,
    round: u8,
    figure: Money,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    let side = room.side()?;
    let asked = find(tx, &room, id)?;
    room.may(&Body::BlindBidMade { bid: id, round })?;
    let figures = store::bids::figures(tx, dispute, &asked)?;
    let outcome = bid::enter(&asked.bid, side, round, figure, &figures).map_err(rule)?;
    say_lines(tx, doing, &room, &bid::lines(id, round, side, outcome, room.seen.dispute.shuttle))?;
    match outcome {
        Outcome::Waits => store::bids::put_figure(tx, dispute, &asked, side, figure)?,
        Outcome::Met(amount) => {
            store::bids::close_round(tx, dispute, id, &asked.bid.after(outcome), Some(amount))?;
            fill_draft(tx, &room.seen.dispute, id, &promised(&asked.question, amount))?;
        }
        Outcome::NextRound(_) | Outcome::NotMet => {
            store::bids::close_round(tx, dispute, id, &asked.bid.after(outcome), None)?;
        }
    }
    let asked = find(tx, &room, id)?;
    show(tx, &room, asked)
}

/// What was asked, as a promise in a draft: whoever holds the pen words it.
fn promised(question: &BidQuestion, amount: Money) -> OfferContent {
    let term = Term {
        debtor: question.payer,
        creditor: question.payer.other(),
        text: question.text.clone(),
        amount: Some(amount),
        due_on: None,
    };
    OfferContent { terms: vec![term], note: None, expires_at: None }
}

/// The mediator takes the question back; figures that are in are gone.
///
/// # Errors
/// `Absent` for others than the mediator; the rule.
pub fn withdraw(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    id: EntryId,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    room.mediates()?;
    let asked = find(tx, &room, id)?;
    let body = Body::BlindBidWithdrawn { bid: id };
    room.may(&body)?;
    bid::withdraw(&asked.bid).map_err(rule)?;
    let after = bid::BlindBid { state: BidState::Withdrawn, ..asked.bid };
    store::bids::close_round(tx, dispute, id, &after, None)?;
    let entry = EntryId::new(doing.new_uuid());
    tell_both(tx, doing, &room, entry, &body)?;
    let asked = find(tx, &room, id)?;
    show(tx, &room, asked)
}
