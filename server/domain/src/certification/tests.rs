//! Who may do what about a certification, step by step; and that nobody reads before both want it.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

const PERIOD: Duration = Duration::from_secs(30 * 86_400);
const ASKED: Moment = Moment::from_millis(1_000);
const CAPACITY: Capacity = Capacity::Judge;

fn account(number: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(number))
}

fn asked() -> Certification {
    Certification::ask(Side::Claimant, Standing::Stands, ASKED).expect("it stands")
}

fn after(events: &[Event]) -> Certification {
    events.iter().fold(asked(), |certification, event| certification.apply(*event, ASKED))
}

fn every_step() -> [Certification; 9] {
    let named = [Event::Agreed, Event::Named(CAPACITY)];
    let taken = [&named[..], &[Event::Taken(account(1))]].concat();
    let with = |event| after(&[&taken[..], &[event]].concat());
    [
        asked(),
        after(&[Event::Refused]),
        after(&[Event::Agreed]),
        after(&named),
        after(&taken),
        with(Event::Certified(account(1))),
        with(Event::Declined),
        with(Event::Withdrawn),
        with(Event::Lapsed),
    ]
}

fn decide(of: &Certification, command: Command, actor: Actor) -> Result<Event, CertificationRefusal> {
    of.decide(command, actor, Standing::Stands, PERIOD, ASKED)
}

/// Each step by what each may do there: the table is the documentation of the process.
#[test]
fn every_step_lets_each_person_do_what_is_theirs_and_nothing_else() {
    let who = [
        ("asker", Actor::Party(Side::Claimant)),
        ("other", Actor::Party(Side::Respondent)),
        ("registrar", Actor::Registrar),
        ("certifier", Actor::Certifier(account(1))),
        ("stranger", Actor::Certifier(account(2))),
    ];
    let what = [
        ("agree", Command::Agree),
        ("withdraw", Command::Withdraw),
        ("name", Command::Name(CAPACITY)),
        ("unname", Command::Unname),
        ("take", Command::Take { has_part: false }),
        ("certify", Command::Certify),
        ("decline", Command::Decline),
        ("lapse", Command::Lapse),
    ];
    let allowed = every_step().map(|step| {
        let pairs = who.iter().flat_map(|by| what.iter().map(move |command| (by, command)));
        let may = pairs.filter(|((_, actor), (_, command))| decide(&step, *command, *actor).is_ok());
        may.map(|((name, _), (verb, _))| format!("{name} {verb}")).collect::<Vec<_>>().join(", ")
    });
    let expected = [
        "asker withdraw, other agree, other withdraw",
        "asker withdraw, other agree, other withdraw",
        "asker withdraw, other withdraw, registrar name",
        "asker withdraw, other withdraw, registrar name, registrar unname, certifier take, stranger take",
        "asker withdraw, other withdraw, registrar name, registrar unname, certifier take, certifier certify, \
         certifier decline",
        "",
        "",
        "",
        "",
    ];
    assert_eq!(allowed, expected);
}

#[test]
fn r4_whoever_asked_reads_the_same_of_a_no_and_of_silence() {
    let (silent, refused) = (asked(), after(&[Event::Refused]));
    assert_eq!(silent.seen_by(Side::Claimant), refused.seen_by(Side::Claimant));
    assert_eq!(silent.lapses_at(PERIOD), refused.lapses_at(PERIOD));
    assert_ne!(silent.seen_by(Side::Respondent), refused.seen_by(Side::Respondent));
    for side in Side::BOTH {
        assert_eq!(after(&[Event::Withdrawn]).seen_by(side), Seen::Over);
        assert_eq!(after(&[Event::Lapsed]).seen_by(side), Seen::Over);
    }
}

#[test]
fn nothing_goes_on_of_a_record_that_does_not_stand_and_everybody_may_leave() {
    for standing in [Standing::BeingChanged, Standing::Superseded] {
        assert_eq!(
            Certification::ask(Side::Claimant, standing, ASKED),
            Err(CertificationRefusal::NotCertifiable)
        );
        let taken = after(&[Event::Agreed, Event::Named(CAPACITY), Event::Taken(account(1))]);
        let tries = |command, actor| taken.decide(command, actor, standing, PERIOD, ASKED);
        let certifier = Actor::Certifier(account(1));
        assert_eq!(tries(Command::Certify, certifier), Err(CertificationRefusal::NotCertifiable));
        assert_eq!(
            tries(Command::Name(CAPACITY), Actor::Registrar),
            Err(CertificationRefusal::NotCertifiable)
        );
        assert_eq!(tries(Command::Decline, certifier), Ok(Event::Declined));
        assert_eq!(tries(Command::Withdraw, Actor::Party(Side::Respondent)), Ok(Event::Withdrawn));
        let lapses = tries(Command::Lapse, Actor::House);
        assert_eq!(lapses.is_ok(), standing == Standing::Superseded);
        let reads = taken.lets_read(account(1), standing, PERIOD, ASKED);
        assert_eq!(reads, standing == Standing::BeingChanged);
    }
}

#[test]
fn at_its_time_it_is_over_for_everybody() {
    for certification in every_step().into_iter().filter(Certification::is_open) {
        let end = certification.lapses_at(PERIOD).expect("an end");
        let lapse = |now| certification.decide(Command::Lapse, Actor::House, Standing::Stands, PERIOD, now);
        assert_eq!(lapse(end.minus(Duration::from_millis(1))), Err(CertificationRefusal::Over));
        assert_eq!(lapse(end), Ok(Event::Lapsed));
        let certify = certification.decide(
            Command::Certify,
            Actor::Certifier(account(1)),
            Standing::Stands,
            PERIOD,
            end,
        );
        assert!(certify.is_err());
        assert!(!certification.lets_read(account(1), Standing::Stands, PERIOD, end));
    }
}

#[test]
fn nobody_with_a_part_in_it_certifies_and_a_code_is_one_persons() {
    let named = after(&[Event::Agreed, Event::Named(CAPACITY)]);
    let take = |of: &Certification, number, has_part| {
        decide(of, Command::Take { has_part }, Actor::Certifier(account(number)))
    };
    assert_eq!(take(&named, 1, true), Err(CertificationRefusal::CertifierHasPart));
    let taken = named.apply(Event::Taken(account(1)), ASKED);
    assert_eq!(take(&taken, 1, false), Ok(Event::Taken(account(1))));
    assert_eq!(take(&taken, 2, false), Err(CertificationRefusal::NotYours));
    // Somebody else is named: whoever came before reads nothing more.
    let again = taken.apply(Event::Named(Capacity::Notary), ASKED);
    assert!(taken.lets_read(account(1), Standing::Stands, PERIOD, ASKED));
    assert!(!again.lets_read(account(1), Standing::Stands, PERIOD, ASKED));
    assert!(!named.lets_read(account(1), Standing::Stands, PERIOD, ASKED));
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Agree),
        Just(Command::Withdraw),
        Just(Command::Name(CAPACITY)),
        Just(Command::Unname),
        any::<bool>().prop_map(|has_part| Command::Take { has_part }),
        Just(Command::Certify),
        Just(Command::Decline),
        Just(Command::Lapse),
    ]
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::Party(Side::Claimant)),
        Just(Actor::Party(Side::Respondent)),
        Just(Actor::Registrar),
        (1_u128..3).prop_map(|number| Actor::Certifier(account(number))),
        Just(Actor::House),
    ]
}

proptest! {
    #[test]
    fn nobody_reads_and_nobody_certifies_before_both_agreed_and_a_registrar_named_them(
        tries in prop::collection::vec((command(), actor(), 0_u64..400), 0..40),
    ) {
        let (mut certification, mut now) = (asked(), ASKED);
        let (mut agreed, mut named, mut made) = (false, false, 0);
        for (command, actor, hours) in tries {
            now = now.plus(Duration::from_secs(hours * 3600));
            let Ok(event) = certification.decide(command, actor, Standing::Stands, PERIOD, now) else { continue };
            agreed |= actor == Actor::Party(Side::Respondent) && event == Event::Agreed;
            named |= agreed && actor == Actor::Registrar && matches!(event, Event::Named(_));
            made += usize::from(matches!(event, Event::Certified(_)));
            prop_assert!(certification.is_open());
            certification = certification.apply(event, now);
            let reads = (1..3).any(|number| certification.lets_read(account(number), Standing::Stands, PERIOD, now));
            prop_assert!(!reads || (agreed && named && certification.is_open()));
            prop_assert!(made == 0 || (made == 1 && agreed && named && !certification.is_open()));
        }
    }
}
