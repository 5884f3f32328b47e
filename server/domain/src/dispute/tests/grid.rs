//! Every state × every command × every kind of actor, as one readable table: the documentation of the process.
//!
//! First whose each command is. Then, under each state, what is accepted, and in one paragraph what is refused, by
//! code; whoever is not among a command's actors reads `not-yours-to-do`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::deadlines::Periods;
use crate::dispute::{Actor, Command, Event, Refusal};
use crate::room::Channel;

use super::commands::{ACTORS, all};
use super::play::{CLAIMANT, OMAR, Play};
use super::stages;

/// Who got which outcome; whoever reads `not-yours-to-do` is left out.
type Outcomes = Vec<(&'static str, String)>;

fn outcome(answer: &Result<Vec<Event>, Refusal>) -> String {
    let tell = |event: &Event| match event {
        Event::Ended { cause } => format!("ended({cause})"),
        Event::SafetyAnswered { safety, .. } => format!("safety-answered({safety})"),
        other => other.kind().to_owned(),
    };
    match answer {
        Err(refusal) => refusal.code().to_owned(),
        Ok(events) if events.is_empty() => "nothing happens".to_owned(),
        Ok(events) => events.iter().map(tell).collect::<Vec<_>>().join(" + "),
    }
}

fn outcomes(play: &Play, command: &Command) -> (bool, Outcomes) {
    let answers = ACTORS.map(|(name, actor)| (name, play.asks(actor, command)));
    let accepted = answers.iter().any(|(_, answer)| answer.is_ok());
    // Whoever sits beside a party is told that it is the party's: that too says whose it is.
    let elsewhere = [Err(Refusal::NotYours), Err(Refusal::PartyAlone)];
    let named = answers.iter().filter(|(_, answer)| !elsewhere.contains(answer));
    (accepted, named.map(|(name, answer)| (*name, outcome(answer))).collect())
}

fn people(names: &[&str]) -> String {
    names.join(", ").replace("claimant, respondent", "parties")
}

/// Whoever has the same outcome stands together.
fn merge(outcomes: &Outcomes) -> String {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for (actor, outcome) in outcomes {
        match groups.iter_mut().find(|(_, same)| same == outcome) {
            Some((actors, _)) => actors.push(actor),
            None => groups.push((vec![actor], outcome)),
        }
    }
    let told = groups.iter().map(|(actors, outcome)| format!("{}: {outcome}", people(actors)));
    told.collect::<Vec<_>>().join("; ")
}

/// A paragraph in lines of a readable length.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::from("   "));
    for word in text.split(' ') {
        if line.chars().count() + word.chars().count() > 150 {
            lines.push(std::mem::replace(&mut line, String::from("   ")));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

/// Who in any state reads another answer than `not-yours-to-do`.
fn owners(states: &[(&'static str, Play)]) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut owners = BTreeMap::new();
    for (_, play) in states {
        for (name, command) in all(play) {
            let known: &mut Vec<&str> = owners.entry(name).or_default();
            let here = outcomes(play, &command).1;
            *known = ACTORS
                .iter()
                .map(|(actor, _)| *actor)
                .filter(|actor| known.contains(actor) || here.iter().any(|(one, _)| one == actor))
                .collect();
        }
    }
    owners
}

fn tell_owners(owners: &BTreeMap<&'static str, Vec<&'static str>>, table: &mut String) {
    let mut by_owner: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (command, actors) in owners {
        by_owner.entry(people(actors)).or_default().push(command);
    }
    for (actors, commands) in by_owner {
        let text = wrapped(&format!("{actors}: {}", commands.join(", ")));
        writeln!(table, "{text}").expect("a string takes it");
    }
}

fn tell_state(
    name: &str,
    play: &Play,
    owners: &BTreeMap<&'static str, Vec<&'static str>>,
    table: &mut String,
) {
    let due = play.dispute.next_deadline(&Periods::default());
    let due_in = due.map_or("never".to_owned(), |due| format!("{} h", due.since(play.now).as_secs() / 3_600));
    writeln!(table, "\n== {name} (due in: {due_in})").expect("a string takes it");
    let mut accepted: Vec<(String, Vec<&str>)> = Vec::new();
    let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (command_name, command) in all(play) {
        let (is_accepted, named) = outcomes(play, &command);
        if is_accepted {
            let merged = merge(&named);
            match accepted.iter_mut().find(|(same, _)| *same == merged) {
                Some((_, commands)) => commands.push(command_name),
                None => accepted.push((merged, vec![command_name])),
            }
            continue;
        }
        let everyone: Vec<&str> = named.iter().map(|(actor, _)| *actor).collect();
        let one_code = named.iter().all(|(_, code)| *code == named[0].1);
        let why = match named.first() {
            None => "not-yours-to-do".to_owned(),
            Some((_, code)) if one_code && owners[command_name] == everyone => code.clone(),
            Some(_) => merge(&named),
        };
        refused.entry(why).or_default().push(command_name);
    }
    for (outcome, commands) in accepted {
        writeln!(table, "  {:<32} {outcome}", commands.join(", ")).expect("a string takes it");
    }
    if let Some(due) = due {
        let mut later = play.clone();
        later.now = due;
        let answer = outcome(&later.asks(Actor::House, &Command::PassDeadline));
        writeln!(table, "  {:<32} house: {answer}", "pass deadline, when due").expect("a string takes it");
    }
    let refused = refused.iter().map(|(why, commands)| format!("{why} ({})", commands.join(", ")));
    let text = wrapped(&format!("refused: {}", refused.collect::<Vec<_>>().join("; ")));
    writeln!(table, "{text}").expect("a string takes it");
}

#[test]
fn every_state_answers_every_command_of_everybody() {
    let states = stages::all();
    let owners = owners(&states);
    let mut table = String::from("Whose each command is\n");
    tell_owners(&owners, &mut table);
    for (name, play) in &states {
        tell_state(name, play, &owners, &mut table);
    }
    // Beyond that nobody reads it any more.
    assert!(table.lines().count() <= 880, "{} lines", table.lines().count());
    insta::assert_snapshot!("grid", table);
}

#[test]
fn every_refusal_is_provoked_somewhere() {
    let mut plays: Vec<Play> = stages::all().into_iter().map(|(_, play)| play).collect();
    plays.push(stages::assigning().proposes(OMAR).does(Actor::Mediator(OMAR), &Command::DeclineAssignment));
    plays.push(stages::helper_asked());
    plays.push(stages::asked_too_often());
    plays.push(stages::authority_claimed());
    plays.push(stages::mediation().noor_does(&Command::Pause(Channel::Joint)));
    let suspended = stages::negotiation().does(CLAIMANT, &Command::Suspend);
    plays.push(suspended.does(CLAIMANT, &Command::Resume));
    let answers = plays.iter().flat_map(|play| {
        let asked = move |(_, command): (&str, Command)| ACTORS.map(|(_, actor)| play.asks(actor, &command));
        all(play).into_iter().flat_map(asked)
    });
    let provoked: BTreeSet<Refusal> = answers.filter_map(Result::err).collect();
    let missing: Vec<_> = Refusal::ALL.iter().filter(|refusal| !provoked.contains(refusal)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
