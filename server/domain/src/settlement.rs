//! The sealed result's way to each person (R11, R26), and what an auditor may ask for.

words! {
    /// How a person wants the record.
    pub enum DeliveryChoice {
        /// In the mail, as `record.pdf`.
        Attachment = "attachment",
        /// A sign-in link in the mail.
        Link = "link",
        /// They fetch it themselves; no mail is sent.
        Collect = "collect",
    }
}

/// How the record reaches a person: as they chose; by link where they chose an attachment and their safety answers
/// raised something, because a mail on a shared device tells what it brings.
pub const fn delivery(chosen: Option<DeliveryChoice>, flagged: bool) -> DeliveryChoice {
    match chosen {
        None | Some(DeliveryChoice::Attachment) if flagged => DeliveryChoice::Link,
        None => DeliveryChoice::Attachment,
        Some(choice) => choice,
    }
}

words! {
    /// How far the record is on its way to one person.
    pub enum DeliveryState {
        /// It waits in the outbox, or to be collected.
        Queued = "queued",
        /// The mail server took it.
        Sent = "sent",
        /// It could not be sent; the registrar has a task.
        Failed = "failed",
        /// The person fetched it.
        Collected = "collected",
    }
}

words! {
    /// What is wrong with a record that is kept.
    pub enum Fault {
        /// It does not open: its key is gone, or its row was changed.
        Unreadable = "unreadable",
        /// Its text is not that of its digest.
        Text = "text",
        /// Its JWS is not that text, sealed by the house.
        Jws = "jws",
        /// Its PDF is not that text, sealed by the house.
        Pdf = "pdf",
        /// The ledger has no entry with its digest.
        Ledger = "ledger",
        /// Its certification is not the one that was made, or has no entry.
        Certification = "certification",
    }
}

words! {
    /// What an auditor's finding is.
    pub enum FindingKind {
        /// Something worth noting.
        Remark = "remark",
        /// Something that was not as it has to be.
        Objection = "objection",
    }
}

words! {
    /// What auditors have noted of a settlement: by this, and by nothing that a party objected to, which is nobody's to
    /// read (R8, R13), a list is narrowed down (decision 0028).
    pub enum Noted {
        /// No finding.
        Nothing = "none",
        /// A finding of any kind.
        Something = "some",
        /// An objection.
        Objection = "objection",
    }
}

words! {
    /// Who attested that the mediation took place.
    pub enum Attestation {
        /// The mediator, by signature.
        Mediator = "mediator",
        /// The institution, because the mediator did not within the period.
        Institution = "institution",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_whoever_raised_something_gets_no_attachment() {
        assert_eq!(delivery(None, false), DeliveryChoice::Attachment);
        assert_eq!(delivery(None, true), DeliveryChoice::Link);
        assert_eq!(delivery(Some(DeliveryChoice::Attachment), true), DeliveryChoice::Link);
        assert_eq!(delivery(Some(DeliveryChoice::Collect), true), DeliveryChoice::Collect);
    }
}
