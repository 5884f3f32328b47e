//! Proposing a mediator: the conflict inquiry (R13), and the order in which the roster is asked. How often a mediator
//! settles is not among the facts, so that nothing can rank by it (R14).

use crate::category::Category;
use crate::ids::{AccountId, AssignmentId};
use crate::language::Language;
use crate::party::Sides;

/// After so many proposals that came to nothing, the house proposes nobody more by itself.
pub const PROPOSALS_MAX: usize = 3;

/// One proposal of a mediator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Who is proposed.
    pub mediator: AccountId,
    /// How far it has come.
    pub state: Proposal,
}

/// How far a proposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    /// The mediator has not answered the conflict inquiry.
    Proposed,
    /// The mediator accepted; the parties approve or object, each unseen by the other.
    Accepted {
        /// Whether they disclosed something that may touch their neutrality.
        disclosed: bool,
        /// Who has approved.
        approved: Sides<bool>,
        /// Whose private talk with an earlier mediator they may read; each side says so when it approves (R5).
        reads_earlier: Sides<bool>,
    },
}

impl Proposal {
    /// Its word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted { .. } => "accepted",
        }
    }
}

/// How far a mediation has come with a second mediator beside the one who leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CoMediation {
    /// Nobody sits there, and nobody is asked.
    #[default]
    Vacant,
    /// Somebody is asked, and after them the parties. The mediation goes on meanwhile, so that no clock runs.
    Proposed(Assignment),
    /// They sit there.
    Seated(AccountId),
}

impl CoMediation {
    /// Who sits there or is asked to.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Vacant => None,
            Self::Proposed(proposal) => Some(proposal.mediator),
            Self::Seated(account) => Some(account),
        }
    }
}

/// What matching may know of a mediator on the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The mediator.
    pub mediator: AccountId,
    /// The languages in which they mediate.
    pub languages: Vec<Language>,
    /// What they specialise in; empty means everything.
    pub specialities: Vec<Category>,
    /// How many disputes they hold now.
    pub load: u32,
    /// Whether they sit in this dispute, were tried for it, or met one of its parties as another than mediator.
    pub conflicted: bool,
}

words! {
    /// Why a mediator fits, for the registrar to read.
    pub enum Reason {
        /// Speaks the languages of both parties.
        BothLanguages = "both-languages",
        /// Speaks the language of one party.
        OneLanguage = "one-language",
        /// Knows this kind of dispute.
        Speciality = "speciality",
        /// Has room for another dispute.
        LightLoad = "light-load",
    }
}

/// A mediator who could take the dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The mediator.
    pub mediator: AccountId,
    /// 0 to 100.
    pub score: u32,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Orders the roster for a dispute, best first; whoever has a conflict is left out. Equal scores go to the lighter load
/// and then by id, so that the same facts always give the same order.
pub fn match_roster(roster: &[Candidate], category: Category, languages: Sides<Language>) -> Vec<Match> {
    let mut fitting: Vec<(u32, Match)> = roster
        .iter()
        .filter(|candidate| !candidate.conflicted)
        .map(|candidate| (candidate.load, rate(candidate, category, languages)))
        .collect();
    fitting.sort_by_key(|(load, found)| (std::cmp::Reverse(found.score), *load, found.mediator));
    fitting.into_iter().map(|(_, found)| found).collect()
}

fn rate(candidate: &Candidate, category: Category, languages: Sides<Language>) -> Match {
    let speaks = |language: &Language| candidate.languages.contains(language);
    let knows = candidate.specialities.is_empty() || candidate.specialities.contains(&category);
    let (mut score, mut reasons) = (0, Vec::new());
    if languages.both(speaks) {
        score += 50;
        reasons.push(Reason::BothLanguages);
    } else if languages.either(speaks) {
        score += 20;
        reasons.push(Reason::OneLanguage);
    }
    if knows {
        score += 30;
        reasons.push(Reason::Speciality);
    }
    if candidate.load < 5 {
        reasons.push(Reason::LightLoad);
    }
    score += 20_u32.saturating_sub(candidate.load.saturating_mul(4));
    Match { mediator: candidate.mediator, score, reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn candidate(number: u128, languages: &[Language], load: u32) -> Candidate {
        Candidate {
            mediator: AccountId::new(Uuid::from_u128(number)),
            languages: languages.to_vec(),
            specialities: Vec::new(),
            load,
            conflicted: false,
        }
    }

    #[test]
    fn r14_language_comes_before_load_and_conflicts_leave_the_list() {
        let both = [Language::English, Language::Bangla];
        let languages = Sides { claimant: Language::English, respondent: Language::Bangla };
        let mut related = candidate(1, &both, 0);
        related.conflicted = true;
        let roster =
            [related, candidate(2, &[Language::English], 0), candidate(3, &both, 4), candidate(4, &both, 1)];
        let order: Vec<u128> = match_roster(&roster, Category::Tenancy, languages)
            .iter()
            .map(|found| found.mediator.uuid().as_u128())
            .collect();
        assert_eq!(order, [4, 3, 2]);
    }
}
