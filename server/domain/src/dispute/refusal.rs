//! Why something that was asked of a dispute is refused. Each states a fact, has one stable code, and a text in every
//! shipped language.

words! {
    /// Why something is refused.
    pub enum Refusal {
        /// It is not for this person to do.
        NotYours = "not-yours-to-do",
        /// The dispute has not come so far, or is beyond it.
        WrongStage = "not-at-this-stage",
        /// The dispute has ended.
        Ended = "mediation-has-ended",
        /// All clocks stand still.
        Paused = "paused",
        /// The seat was taken by the person who was invited.
        AlreadyJoined = "invitation-already-taken",
        /// The person who filed cannot be the person invited.
        OwnInvitation = "own-invitation",
        /// The account waits for the registrar already.
        AlreadyWaiting = "identity-already-waiting",
        /// No such account waits.
        NobodyWaits = "nobody-waits",
        /// Somebody with the code said no; it is to be undone first.
        InvitationRefused = "invitation-refused",
        /// There is no no to take back.
        NotRefused = "invitation-not-refused",
        /// The text read is not the version in force.
        OldConsent = "consent-version-outdated",
        /// The agreement to mediate was signed before.
        AlreadyConsented = "already-consented",
        /// The safety questions come first.
        SafetyFirst = "safety-questions-first",
        /// The agreement to mediate comes first (R1).
        ConsentFirst = "consent-first",
        /// One said so before.
        AlreadyReady = "already-ready",
        /// There is nothing for a registrar to decide.
        NothingToScreen = "nothing-to-screen",
        /// A proposal is under way.
        ProposalUnderWay = "proposal-under-way",
        /// Nobody is proposed.
        NoProposal = "no-proposal",
        /// The mediator has another role in this dispute, or knows a party (R14).
        MediatorConflicted = "mediator-conflicted",
        /// The mediator was proposed before.
        MediatorTried = "mediator-tried-before",
        /// The mediator has not answered the conflict inquiry yet.
        InquiryFirst = "conflict-inquiry-first",
        /// The conflict inquiry was answered before.
        AlreadyAccepted = "assignment-already-accepted",
        /// One approved before.
        AlreadyApproved = "already-approved",
        /// There is a co-mediator already.
        CoMediatorSits = "co-mediator-sits",
        /// There is no co-mediator, and nobody is asked.
        NoCoMediator = "no-co-mediator",
        /// No later disclosure waits for an answer.
        NothingDisclosed = "nothing-disclosed",
        /// A session is open.
        SessionOpen = "session-already-open",
        /// No session is open.
        NoSession = "no-session-open",
        /// The channel is not paused, or not by the mediator.
        NotPaused = "not-paused",
        /// It is paused already.
        AlreadyPaused = "already-paused",
        /// The room has no such channel.
        NoSuchChannel = "no-such-channel",
        /// Somebody else wrote a newer revision.
        StaleRevision = "stale-revision",
        /// The digest is not that of the text at hand.
        StaleDigest = "stale-digest",
        /// Every party has signed: it binds.
        AlreadyBinding = "already-binding",
        /// Nothing is written yet.
        NothingWritten = "no-agreement-text",
        /// The text is frozen.
        AlreadyFrozen = "already-frozen",
        /// The text is not frozen yet.
        NotFrozen = "not-frozen",
        /// Not every party said that it is ready (R22).
        PartiesNotReady = "parties-not-ready",
        /// A term lacks its text in a party's language (R22).
        LanguageMissing = "language-missing",
        /// The time to think is still running (R24).
        ReflectionRunning = "reflection-period-running",
        /// The time to think cannot be shortened here (R24).
        WaiverNotPossible = "waiver-not-possible",
        /// It is over or was given up.
        AlreadyWaived = "already-waived",
        /// One signed before.
        AlreadySigned = "already-signed",
        /// There is no signature of one's own to take back.
        NotSigned = "not-signed",
        /// The mediator attests after the last party signed (R23).
        PartiesSignFirst = "mediator-signs-last",
        /// A party suspends once.
        SuspendedBefore = "suspended-before",
        /// It is suspended already.
        AlreadySuspended = "already-suspended",
        /// It is not suspended.
        NotSuspended = "not-suspended",
        /// That side has somebody in this seat, or has asked for somebody.
        SeatTaken = "seat-beside-taken",
        /// That side has asked as many people as one may in one dispute.
        TooManyAsked = "too-many-asked-beside",
        /// One has another part in this dispute, or watches over it for the house (R14).
        OtherPart = "has-another-part",
        /// Only the party itself does this: nobody does it from a seat beside it (R3).
        PartyAlone = "party-alone",
        /// Nobody sits there who represents the party (R3).
        NotARepresentative = "not-a-representative",
        /// It is with the registrar, or accepted.
        AuthorityClaimed = "authority-claimed-before",
        /// Nothing of that kind was asked of the registrar.
        NoAuthority = "no-authority-claimed",
        /// No deadline has passed.
        NotDue = "not-due",
    }
}

impl Refusal {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        self.as_str()
    }
}
