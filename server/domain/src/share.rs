//! Passing an item of a caucus on (R6, R17): the mediator asks, its author allows that very item, and only then does it
//! appear for the other side. Deliberately not here: where the copy is kept, and who may read it, which is `sight`'s.

use crate::entry::{Author, Body, FileContent, OfferContent, SharedItem};
use crate::ids::FileId;
use crate::offer::{Offer, OfferState};
use crate::party::Side;
use crate::room::{Channel, Seat};
use crate::time::Moment;

words! {
    /// How far the wish to pass an item on has come.
    pub enum ShareState {
        /// The mediator asked; its author has not answered.
        Asked = "asked",
        /// Its author wants it to stay where it is.
        Declined = "declined",
        /// The other side has it.
        Shared = "shared",
    }
}

words! {
    /// Why an item cannot be passed on so.
    pub enum ShareRefusal {
        /// Only what was said in a caucus is passed on from there.
        OnlyFromCaucus = "share-only-from-caucus",
        /// Messages, files and offers are passed on; nothing else is.
        NotShareable = "not-shareable",
        /// The mediator asks, and nobody else.
        OnlyMediatorAsks = "share-only-mediator-asks",
        /// What the mediator said themselves needs nobody's leave.
        OwnWords = "share-own-words",
        /// It was asked before: once is a question, twice is pressure.
        AlreadyAsked = "share-already-asked",
        /// Nobody asked to pass it on.
        NotAsked = "share-not-asked",
        /// Its author answers, and nobody for them (R3).
        OnlyAuthor = "share-only-author",
        /// The other side has it already.
        AlreadyShared = "already-shared",
        /// The offer was taken back, answered, or its time has passed.
        OfferOver = "share-offer-over",
    }
}

/// What the rules know of an item of a caucus.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// In which channel it stands.
    pub channel: Channel,
    /// Who wrote it.
    pub by: Author,
    /// What it is.
    pub body: &'a Body,
    /// What has become of it, where it is an offer.
    pub offer: Option<Offer>,
    /// How far the wish to pass it on has come; nothing where nobody asked.
    pub state: Option<ShareState>,
}

impl Item<'_> {
    /// Whose it is, where a side wrote it in its own caucus.
    pub const fn side(&self) -> Option<Side> {
        match self.by {
            Author::Seat(seat) => seat.side(),
            Author::House => None,
        }
    }

    fn is_over(&self, now: Moment) -> bool {
        let lapsed = |offer: &Offer| offer.expires_at.is_some_and(|end| end <= now);
        self.offer.is_some_and(|offer| offer.state != OfferState::Open || lapsed(&offer))
    }
}

/// What asking makes of an item.
///
/// # Errors
/// Why it cannot be asked.
pub fn ask(item: &Item<'_>, seat: Seat, now: Moment) -> Result<ShareState, ShareRefusal> {
    if item.channel.caucus_of().is_none() {
        return Err(ShareRefusal::OnlyFromCaucus);
    }
    if !seat.mediates() {
        return Err(ShareRefusal::OnlyMediatorAsks);
    }
    if matches!(item.by, Author::Seat(seat) if seat.mediates()) {
        return Err(ShareRefusal::OwnWords);
    }
    let is_shareable = is_message_or_file(item.body) || offered(item.body).is_some();
    if item.side().is_none() || !is_shareable {
        return Err(ShareRefusal::NotShareable);
    }
    match item.state {
        Some(ShareState::Shared) => Err(ShareRefusal::AlreadyShared),
        Some(_) => Err(ShareRefusal::AlreadyAsked),
        None if item.is_over(now) => Err(ShareRefusal::OfferOver),
        None => Ok(ShareState::Asked),
    }
}

/// What its author's answer makes of an item. Whoever said no may think better of it; a yes is for good, because what
/// somebody has read cannot be unread.
///
/// # Errors
/// Why it cannot be answered so.
pub fn answer(
    item: &Item<'_>,
    is_author: bool,
    allows: bool,
    now: Moment,
) -> Result<ShareState, ShareRefusal> {
    if !is_author {
        return Err(ShareRefusal::OnlyAuthor);
    }
    match item.state {
        None => Err(ShareRefusal::NotAsked),
        Some(ShareState::Shared) => Err(ShareRefusal::AlreadyShared),
        Some(ShareState::Declined) if !allows => Err(ShareRefusal::NotAsked),
        Some(_) if !allows => Ok(ShareState::Declined),
        Some(_) if item.is_over(now) => Err(ShareRefusal::OfferOver),
        Some(_) => Ok(ShareState::Shared),
    }
}

/// Where an item of that side appears for the other one: where both read it, or in shuttle in the other side's caucus.
pub const fn place(of: Side, shuttle: bool) -> Channel {
    if shuttle { Channel::caucus(of.other()) } else { Channel::Joint }
}

/// What the other side reads of an item: the thing itself, and nothing of when or where it was said. A file goes under
/// a `name` of its own, because its first one tells when it was uploaded.
pub fn passed_on(body: &Body, name: FileId) -> Option<SharedItem> {
    match body {
        Body::Message { text, lang } => Some(SharedItem::Message { text: text.clone(), lang: lang.clone() }),
        Body::File(content) => Some(SharedItem::File(FileContent { file: name, ..content.clone() })),
        other => offered(other).cloned().map(SharedItem::Offer),
    }
}

/// What the twin of an offer that was passed on becomes when the other one is answered. Where the sides are kept apart
/// a counter-offer stays in the caucus in which it was made, until its own author lets it be passed on (R17).
pub fn twin_becomes(answered: OfferState, shuttle: bool) -> Option<OfferState> {
    match answered {
        OfferState::Accepted | OfferState::Withdrawn => Some(answered),
        OfferState::Countered if !shuttle => Some(answered),
        OfferState::Countered | OfferState::Open => None,
    }
}

const fn offered(body: &Body) -> Option<&OfferContent> {
    match body {
        Body::Offer(content) | Body::OfferCountered { counter: content, .. } => Some(content),
        _ => None,
    }
}

const fn is_message_or_file(body: &Body) -> bool {
    matches!(body, Body::Message { .. } | Body::File(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use uuid::Uuid;

    const NOW: Moment = Moment::from_millis(1_000);
    const CLAIMANT: Author = Author::Seat(Seat::Party(Side::Claimant));

    fn words() -> Body {
        Body::Message { text: "I could take half".to_owned(), lang: Language::English.into() }
    }

    fn item(body: &Body) -> Item<'_> {
        Item { channel: Channel::CaucusClaimant, by: CLAIMANT, body, offer: None, state: None }
    }

    #[test]
    fn r06_the_mediator_asks_once_for_an_item_of_a_side() {
        let (words, agenda) = (words(), Body::Agenda { items: vec![], current: None });
        let mine = item(&words);
        assert_eq!(ask(&mine, Seat::Mediator, NOW), Ok(ShareState::Asked));
        let party = Seat::Party(Side::Claimant);
        for (item, seat, why) in [
            (Item { channel: Channel::Joint, ..mine }, Seat::Mediator, ShareRefusal::OnlyFromCaucus),
            (Item { channel: Channel::Notes, ..mine }, Seat::Mediator, ShareRefusal::OnlyFromCaucus),
            (mine, party, ShareRefusal::OnlyMediatorAsks),
            (Item { by: Author::Seat(Seat::Mediator), ..mine }, Seat::Mediator, ShareRefusal::OwnWords),
            (Item { by: Author::House, ..mine }, Seat::Mediator, ShareRefusal::NotShareable),
            (Item { body: &agenda, ..mine }, Seat::Mediator, ShareRefusal::NotShareable),
            (Item { state: Some(ShareState::Asked), ..mine }, Seat::Mediator, ShareRefusal::AlreadyAsked),
            (Item { state: Some(ShareState::Declined), ..mine }, Seat::Mediator, ShareRefusal::AlreadyAsked),
            (Item { state: Some(ShareState::Shared), ..mine }, Seat::Mediator, ShareRefusal::AlreadyShared),
        ] {
            assert_eq!(ask(&item, seat, NOW), Err(why));
        }
    }

    #[test]
    fn r06_its_author_alone_lets_it_go_once_and_a_no_can_become_a_yes() {
        let words = words();
        let at = |state| Item { state, ..item(&words) };
        let (asked, declined, shared) = (ShareState::Asked, ShareState::Declined, ShareState::Shared);
        for (state, is_author, allows, result) in [
            (Some(asked), true, true, Ok(shared)),
            (Some(asked), true, false, Ok(declined)),
            (Some(declined), true, true, Ok(shared)),
            (Some(declined), true, false, Err(ShareRefusal::NotAsked)),
            (Some(asked), false, true, Err(ShareRefusal::OnlyAuthor)),
            (Some(asked), false, false, Err(ShareRefusal::OnlyAuthor)),
            (None, true, true, Err(ShareRefusal::NotAsked)),
            (Some(shared), true, true, Err(ShareRefusal::AlreadyShared)),
            (Some(shared), true, false, Err(ShareRefusal::AlreadyShared)),
        ] {
            assert_eq!(answer(&at(state), is_author, allows, NOW), result, "{state:?} {is_author} {allows}");
        }
    }

    #[test]
    fn an_offer_that_is_over_is_not_passed_on() {
        let content =
            OfferContent { terms: vec![], note: None, expires_at: Some(Moment::from_millis(2_000)) };
        let body = Body::Offer(content.clone());
        let open = Offer {
            channel: Channel::CaucusClaimant,
            by: CLAIMANT,
            state: OfferState::Open,
            expires_at: content.expires_at,
        };
        let of = |offer, state| Item { offer: Some(offer), state, ..item(&body) };
        assert_eq!(ask(&of(open, None), Seat::Mediator, NOW), Ok(ShareState::Asked));
        let withdrawn = Offer { state: OfferState::Withdrawn, ..open };
        assert_eq!(ask(&of(withdrawn, None), Seat::Mediator, NOW), Err(ShareRefusal::OfferOver));
        let asked = Some(ShareState::Asked);
        assert_eq!(answer(&of(withdrawn, asked), true, true, NOW), Err(ShareRefusal::OfferOver));
        assert_eq!(answer(&of(withdrawn, asked), true, false, NOW), Ok(ShareState::Declined));
        let late = Moment::from_millis(2_000);
        assert_eq!(answer(&of(open, asked), true, true, late), Err(ShareRefusal::OfferOver));
        assert_eq!(passed_on(&body, FileId::new(Uuid::nil())), Some(SharedItem::Offer(content)));
    }

    #[test]
    fn r05_a_file_goes_under_a_name_that_does_not_tell_when_it_came() {
        let (first, second) = (FileId::new(Uuid::from_u128(1)), FileId::new(Uuid::from_u128(2)));
        let passed = passed_on(&Body::File(FileContent::of(first)), second);
        assert_eq!(passed, Some(SharedItem::File(FileContent::of(second))));
    }

    #[test]
    fn r17_it_appears_where_the_other_side_reads_and_a_counter_in_shuttle_stays_private() {
        assert_eq!(place(Side::Claimant, false), Channel::Joint);
        assert_eq!(place(Side::Claimant, true), Channel::CaucusRespondent);
        assert_eq!(place(Side::Respondent, true), Channel::CaucusClaimant);
        assert_eq!(twin_becomes(OfferState::Countered, true), None);
        assert_eq!(twin_becomes(OfferState::Countered, false), Some(OfferState::Countered));
        assert_eq!(twin_becomes(OfferState::Accepted, true), Some(OfferState::Accepted));
        assert_eq!(twin_becomes(OfferState::Withdrawn, true), Some(OfferState::Withdrawn));
    }
}
