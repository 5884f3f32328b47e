//! Tests of what `disputes` keeps: every stage comes back as it was, stale versions are refused, and lists follow.

use super::*;
use crate::testing::{a_dispute, account, dispute_id, houses, in_mediation, moment};
use domain::agreement::{Agreement, Proof, Revision, Signature, Signer, TextDigest};
use domain::assignment::{Assignment, CoMediation};
use domain::companion::{Authority, Companion, CompanionRole, Ground, Sitting};
use domain::consent::Consent;
use domain::dispute::{Assigning, Cause, Ending, Mediation, Suspension};
use domain::ids::{CompanionId, SettlementId};
use domain::language::{Language, RecordLanguage};
use domain::party::{Route, Safety, Sides};
use domain::room::{Channel, Seat, Signal};
use domain::settlement::{Attestation, DeliveryChoice};
use uuid::Uuid;

fn assignment(number: u128) -> AssignmentId {
    AssignmentId::new(Uuid::from_u128(number))
}

/// A seat beside a party in every state, and how far it has come that whoever sits there signs.
fn companions(authority: Authority) -> Vec<Companion> {
    let consent = Consent { version: 1, language: Language::Urdu, at: moment(4) };
    let sittings = [
        Sitting::Asked,
        Sitting::Seated { account: account(3), consent, authority },
        Sitting::Over { account: account(3) },
    ];
    let (side, role) = (Side::Respondent, CompanionRole::Interpreter);
    let beside = |(number, sitting)| {
        let id = CompanionId::new(Uuid::from_u128(number));
        Companion { id, side, role, reads_earlier: number == 2, sitting }
    };
    (1..).zip(sittings).map(beside).collect()
}

/// An agreement in each of its states.
fn every_agreement() -> [Agreement; 4] {
    let revision = Revision {
        number: 3,
        digest: TextDigest([5; 32]),
        prevailing: RecordLanguage::English,
        languages: vec![RecordLanguage::English, RecordLanguage::Urdu],
    };
    let proof = Proof::PasswordAndCode;
    let signature = Signature { at: moment(6), auditor_may_read_terms: true, proof, by: Signer::Party };
    let by = Signer::Representative { account: account(3), accepted_at: moment(5) };
    let represented = Signature { by, ..signature };
    let flags = Sides { claimant: true, respondent: false };
    [
        Agreement::Blank,
        Agreement::Draft { revision: revision.clone(), ready: flags },
        Agreement::Frozen {
            revision: revision.clone(),
            since: moment(4),
            waived: flags,
            signatures: Sides { claimant: Some(signature), respondent: None },
        },
        Agreement::Signed {
            revision,
            since: moment(7),
            signatures: Sides { claimant: signature, respondent: represented },
        },
    ]
}

/// Disputes that between them have every stage, agreement and field.
fn every_shape(draft: &Dispute) -> Vec<Dispute> {
    let mut full =
        Dispute { shuttle: true, companions: companions(Authority::Unclaimed), ..in_mediation(draft) };
    full.suspension = Some(Suspension { since: moment(3), until: Some(moment(9)) });
    let party = &mut full.parties.claimant;
    party.safety = Safety::Screened;
    party.consent = Some(Consent { version: 1, language: Language::Bangla, at: moment(2) });
    (party.route, party.delivery) = (Some(Route::Negotiation), Some(DeliveryChoice::Collect));
    party.reading = Some(RecordLanguage::Khmer);
    party.suspended_at = Some(moment(3));
    let mut mediation = full.mediation().cloned().unwrap();
    mediation.room.session_open = true;
    mediation.room.paused = vec![Channel::Joint, Channel::CaucusClaimant];
    mediation.room.signals.respondent = Some(Signal::Unsafe);
    (mediation.room.held, mediation.room.attended.claimant) = (true, true);
    mediation.room.disclosure = Some(Sides { claimant: Some(false), respondent: None });
    mediation.room.arrived = vec![Seat::Mediator, Seat::Party(Side::Respondent)];
    mediation.room.not_freely.respondent = true;
    let proposal = |state| Some(Assignment { id: assignment(7), mediator: account(3), state });
    mediation.tried = vec![account(8), account(9)];
    let earlier = mediation.clone();
    let seeking = |state| {
        let (proposal, tried, until) = (proposal(state), vec![account(2)], moment(8));
        Stage::Assigning(Assigning { proposal, tried, until, earlier: Some(earlier.clone()) })
    };
    let approved = Sides { claimant: true, respondent: false };
    let reads_earlier = Sides { claimant: false, respondent: true };
    let accepted = Proposal::Accepted { disclosed: true, approved, reads_earlier };
    let asked = Assignment { id: assignment(6), mediator: account(3), state: accepted };
    let beside =
        |beside| Stage::Mediation(Mediation { beside, co_mediated: vec![account(6)], ..mediation.clone() });
    let ended = |mediation| Stage::Ended(Ending { at: moment(9), cause: Cause::Impasse, mediation });
    let stages = [
        Stage::Draft,
        Stage::Screening,
        Stage::Inviting { until: moment(1), refused_at: Some(moment(2)) },
        Stage::Preparing { until: moment(1) },
        Stage::Negotiation { until: moment(1) },
        seeking(Proposal::Proposed),
        seeking(accepted),
        Stage::Mediation(mediation.clone()),
        beside(CoMediation::Proposed(asked)),
        beside(CoMediation::Seated(account(3))),
        ended(None),
        ended(Some(mediation.clone())),
        Stage::Settled {
            mediation,
            settlement: SettlementId::new(Uuid::from_u128(4)),
            attestation: Attestation::Institution,
            at: moment(9),
        },
    ];
    let staged = stages.into_iter().map(|stage| Dispute { stage, ..full.clone() });
    let agreed = every_agreement().into_iter().map(|agreement| Dispute { agreement, ..full.clone() });
    let ground = Ground::WrittenPower;
    let authorities =
        [Authority::Claimed { ground }, Authority::Accepted { at: moment(5) }, Authority::Refused];
    let represented =
        authorities.map(|authority| Dispute { companions: companions(authority), ..full.clone() });
    staged.chain(agreed).chain(represented).collect()
}

#[test]
fn every_state_comes_back_as_it_was_kept() {
    for house in houses() {
        house
            .write(|tx| {
                let draft = a_dispute(tx, 1)?;
                assert_eq!(load(tx, draft.id)?, Stored { value: draft.clone(), version: 1 });
                assert_eq!(salt(tx, draft.id)?, [9; 16]);
                let mut waiting = draft.clone();
                waiting.parties.respondent.joining =
                    Joining::Awaited { pending: vec![account(2), account(3)] };
                let mut version = 1;
                for kept in every_shape(&draft).into_iter().chain([waiting]) {
                    version = save(tx, &kept, version, Some(moment(5)), moment(2))?;
                    assert_eq!(load(tx, draft.id)?, Stored { value: kept, version });
                }
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn of_two_who_change_the_same_version_one_is_refused() {
    for house in houses() {
        let draft = house.write(|tx| a_dispute(tx, 1)).unwrap();
        let outcomes = house.at_once((0..8).map(|_| {
            let draft = draft.clone();
            move |tx: &mut Tx<'_>| save(tx, &draft, 1, None, moment(1))
        }));
        let kept = outcomes.iter().filter(|outcome| **outcome == Ok(2)).count();
        let refused = outcomes.iter().filter(|outcome| **outcome == Err(Error::Conflict)).count();
        assert_eq!((kept, refused), (1, 7), "{}: {outcomes:?}", house.backend);
        assert_eq!(house.write(move |tx| insert(tx, &draft, &[0; 16], moment(1))), Err(Error::Conflict));
        assert_eq!(house.read(|tx| load(tx, dispute_id(2))), Err(Error::NotFound));
    }
}

#[test]
fn a_state_put_into_another_row_or_back_into_its_own_does_not_open() {
    for house in houses() {
        let outcomes = house.write(|tx| {
            let (one, two) = (a_dispute(tx, 1)?, a_dispute(tx, 2)?);
            let state = |tx: &mut Tx<'_>, dispute: &Dispute| -> Result<Vec<u8>> {
                Ok(disputes::table.find(word(&dispute.id)).select(disputes::process_sealed).first(tx.db)?)
            };
            let (first, others) = (state(tx, &one)?, state(tx, &two)?);
            // That it was opened before, from the very bytes that are put back, must change nothing.
            assert_eq!(load(tx, one.id)?.version, 1);
            save(tx, &one, 1, None, moment(1))?;
            let mut outcomes = Vec::new();
            for planted in [first, others] {
                diesel::update(disputes::table.find(word(&one.id)))
                    .set(disputes::process_sealed.eq(planted))
                    .execute(tx.db)?;
                outcomes.push(load(tx, one.id));
            }
            Ok(outcomes)
        });
        assert_eq!(outcomes, Ok(vec![Err(Error::Corrupt), Err(Error::Corrupt)]), "{}", house.backend);
    }
}

#[test]
fn a_dispute_that_was_read_before_is_gone_with_its_key() {
    for house in houses() {
        let read = house.write(|tx| {
            let id = a_dispute(tx, 1)?.id;
            assert_eq!(load(tx, id)?, load(tx, id)?);
            tx.vault().destroy(id, Key::Record, moment(1))?;
            load(tx, id)
        });
        assert_eq!(read, Err(Error::NotFound), "{}", house.backend);
    }
}

#[test]
fn everybody_finds_their_disputes_and_the_desk_its_lists() {
    for house in houses() {
        house
            .write(|tx| {
                let drafts: Vec<_> = (1..=4).map(|number| a_dispute(tx, number)).collect::<Result<_>>()?;
                let mut screening = drafts[1].clone();
                (screening.stage, screening.filed_at) = (Stage::Screening, Some(moment(1)));
                save(tx, &screening, 1, None, moment(1))?;
                let mut taken = drafts[2].clone();
                taken.parties.respondent.joining = Joining::Awaited { pending: vec![account(2)] };
                (taken.stage, taken.filed_at) =
                    (Stage::Inviting { until: moment(50), refused_at: None }, Some(moment(2)));
                save(tx, &taken, 1, Some(moment(50)), moment(1))?;
                let mut assigning = in_mediation(&drafts[3]);
                assigning.stage = Stage::Assigning(Assigning {
                    proposal: None,
                    tried: Vec::new(),
                    until: moment(60),
                    earlier: None,
                });
                save(tx, &assigning, 1, Some(moment(60)), moment(1))?;
                Ok(())
            })
            .unwrap();
        let on = |desk| house.read(move |tx| on_desk(tx, desk, 9)).unwrap();
        assert_eq!(on(Desk::Screening), [dispute_id(2)], "{}", house.backend);
        assert_eq!(on(Desk::Takers), [dispute_id(3)]);
        assert_eq!(on(Desk::Assigning), [dispute_id(4)]);
        assert_eq!(on(Desk::Suspended), []);
        let listed = |stage, before: Option<u128>, limit| {
            house.read(move |tx| open(tx, stage, before.map(dispute_id), limit)).unwrap()
        };
        assert_eq!(listed(None, None, 9), [4, 3, 2].map(dispute_id), "the newest first, and no draft");
        assert_eq!(listed(None, Some(4), 1), [dispute_id(3)]);
        assert_eq!(listed(Some(StageName::Inviting), None, 9), [dispute_id(3)]);
        let of = |who: u128, after: Option<u128>| {
            house.read(move |tx| of_account(tx, account(who), after.map(dispute_id), 9)).unwrap()
        };
        assert_eq!(of(1, None), [4, 3, 2, 1].map(dispute_id));
        assert_eq!(of(1, Some(3)), [2, 1].map(dispute_id));
        assert_eq!(of(2, None), [4, 3].map(dispute_id));
        assert_eq!(of(3, None), []);
        assert_eq!(house.read(|tx| due(tx, moment(50), 9)), Ok(vec![dispute_id(3)]));
        assert_eq!(house.read(|tx| mediator_knows(tx, account(2), &[account(1)])), Ok(true));
        assert_eq!(house.read(|tx| mediator_knows(tx, account(3), &[account(1)])), Ok(false));
    }
}

#[test]
fn a_proposal_leads_to_its_dispute_for_ever_and_counts_only_while_it_is_open() {
    for house in houses() {
        house
            .write(|tx| {
                let draft = a_dispute(tx, 1)?;
                let mut seeking = in_mediation(&draft);
                let state = |id: u128, mediator: u128| {
                    let proposal = Assignment {
                        id: assignment(id),
                        mediator: account(mediator),
                        state: Proposal::Proposed,
                    };
                    Stage::Assigning(Assigning {
                        proposal: Some(proposal),
                        tried: Vec::new(),
                        until: moment(60),
                        earlier: None,
                    })
                };
                seeking.stage = state(7, 2);
                let version = save(tx, &seeking, 1, None, moment(1))?;
                seeking.stage = state(8, 3);
                let version = save(tx, &seeking, version, None, moment(2))?;
                assert_eq!(loads(tx)?, BTreeMap::from([(account(3), 1)]));
                let mut over = in_mediation(&draft);
                let version = save(tx, &over, version, None, moment(3))?;
                assert_eq!(loads(tx)?, BTreeMap::from([(account(3), 1)]));
                over.stage = Stage::Ended(Ending {
                    at: moment(4),
                    cause: Cause::Lapsed,
                    mediation: over.mediation().cloned(),
                });
                save(tx, &over, version, Some(moment(1)), moment(4))?;
                assert_eq!(loads(tx)?, BTreeMap::new());
                assert_eq!(due(tx, moment(99), 9)?, []);
                for id in [7, 8] {
                    assert_eq!(of_assignment(tx, assignment(id))?, draft.id);
                }
                let states: Vec<Word<ProposalState>> =
                    assignments::table.order(assignments::id).select(assignments::state).load(tx.db)?;
                assert_eq!(states, [word(&ProposalState::Ended), word(&ProposalState::Confirmed)]);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn acts_on_one_dispute_come_one_after_the_other_and_none_is_lost() {
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1).map(drop)).unwrap();
        let act = |_: usize| {
            |tx: &mut Tx<'_>| {
                let found = load(tx, dispute_id(1))?;
                // Whoever reads at the same time finds the same version, unless it has to wait.
                std::thread::sleep(std::time::Duration::from_millis(20));
                save(tx, &found.value, found.version, None, moment(1))
            }
        };
        let mut versions: Vec<i64> =
            house.at_once((0..8).map(act)).into_iter().map(|one| one.unwrap()).collect();
        versions.sort_unstable();
        assert_eq!(versions, (2..=9).collect::<Vec<_>>(), "{}", house.backend);
    }
}

#[test]
fn reading_waits_for_nobody_who_writes() {
    for house in houses() {
        house.write(|tx| a_dispute(tx, 1).map(drop)).unwrap();
        house.wait(async {
            let (begun, has_begun) = std::sync::mpsc::channel();
            let (go_on, may_go_on) = std::sync::mpsc::channel();
            let writer = house.store.clone();
            let writing = tokio::spawn(async move {
                let act = move |tx: &mut Tx<'_>| {
                    let found = load(tx, dispute_id(1))?;
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap();
                    save(tx, &found.value, found.version, None, moment(1))
                };
                writer.write(act).await
            });
            tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
            let read: Result<i64> = house.store.read(|tx| Ok(load(tx, dispute_id(1))?.version)).await;
            assert_eq!(read, Ok(1), "{}", house.backend);
            go_on.send(()).unwrap();
            assert_eq!(writing.await.unwrap(), Ok(2));
        });
    }
}
