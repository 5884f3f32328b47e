//! Ten thousand seats, or as many as asked for: what they weigh, how fast an entry reaches the last of its room while a
//! few hundred a second are written somewhere among them, and how long it takes until all are back after all were cut off
//! at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tests::cast::Person;
use tests::concord::{Backend, Service, Settings};
use tests::socket::{Stream, entry_id};
use tokio_tungstenite::tungstenite::Message;

use crate::load::{MEMBERS, Member, measure as measure_rooms, percentile};
use crate::servers::{concord_frame, cpu_seconds, memory_kib, open_room, takes_seat};

/// How many entries are written a second among all rooms.
const ENTRIES_A_SECOND: u32 = 300;
/// How many come in at once: a machine has to take them, and so has this one.
const HANDSHAKES_AT_ONCE: usize = 64;

/// When each entry went out and how many have it, by its id.
#[derive(Default)]
struct Heard {
    waiting: HashMap<String, (Instant, usize)>,
    milliseconds: Vec<f64>,
}

/// A house whose rooms are the pairs of a few claimants and respondents: people are dear to make, disputes are not.
struct House {
    service: Service,
    claimants: Vec<Person>,
    respondents: Vec<Person>,
    noor: Person,
    rooms: Vec<String>,
}

impl House {
    async fn opens(rooms: usize) -> Self {
        let service = Settings::on(Backend::Sqlite).without_limits().start().await;
        let noor = service.staff("mediator", "Noor Haq").await;
        let rosa = service.staff("registrar", "Rosa Lind").await;
        let many = (1..).find(|many| many * many >= rooms).unwrap_or(1);
        let (mut claimants, mut respondents) = (Vec::new(), Vec::new());
        for number in 0..many {
            claimants.push(service.person(&format!("Amara{number} Sen")).await);
            respondents.push(service.person(&format!("Bela{number} Roy")).await);
        }
        let house = Self { service, claimants, respondents, noor, rooms: Vec::new() };
        let opening = (0..rooms).map(|room| {
            let [amara, bela] = house.parties(room);
            open_room([amara, bela, &house.noor, &rosa])
        });
        let opened = futures_util::stream::iter(opening).buffered(16).collect().await;
        Self { rooms: opened, ..house }
    }

    fn parties(&self, room: usize) -> [&Person; 2] {
        let many = self.claimants.len();
        [&self.claimants[room % many], &self.respondents[room / many]]
    }

    /// Tokens last ten minutes, and this takes longer.
    async fn all_sign_in(&self) {
        for person in self.claimants.iter().chain(&self.respondents) {
            person.signs_in().await;
        }
        self.noor.signs_in().await;
    }

    fn memory_kib(&self) -> f64 {
        memory_kib(self.service.pid())
    }

    /// Everybody takes their seat; in the order of the rooms.
    async fn all_come(&self, rooms: usize, until: &'static str) -> Vec<Stream> {
        let coming = (0..rooms * MEMBERS).map(|number| {
            let (room, [amara, bela]) = (number / MEMBERS, self.parties(number / MEMBERS));
            let person = [amara, bela, &self.noor, amara][number % MEMBERS];
            let (client, dispute) = (person.client(), self.rooms[room].clone());
            tokio::spawn(async move { takes_seat(&client, &dispute, until).await })
        });
        let coming = futures_util::stream::iter(coming).buffered(HANDSHAKES_AT_ONCE);
        coming.map(|seat| seat.expect("everybody comes in")).collect().await
    }

    /// Processor time of the server for a message, with that many rooms talking.
    async fn cost(&self, rooms: usize, lasting: Duration) -> f64 {
        let seats = self.all_come(rooms, "welcome").await;
        let mut members: Vec<Vec<Member>> = (0..rooms).map(|_| Vec::new()).collect();
        for (number, stream) in seats.into_iter().enumerate() {
            let prefix = u32::try_from(number).unwrap_or(0);
            members[number / MEMBERS].push(Member { stream, frame: concord_frame, prefix });
        }
        let before = cpu_seconds(self.service.pid());
        let measured = measure_rooms(members, lasting).await;
        (cpu_seconds(self.service.pid()) - before) * 1000.0 / measured.messages.max(1) as f64
    }
}

/// Fills `rooms` rooms of four, and prints what it came to.
pub async fn measure(rooms: usize, lasting: Duration) {
    let begun = Instant::now();
    let house = House::opens(rooms).await;
    println!("{rooms} rooms were opened within {:.0} s", begun.elapsed().as_secs_f64());
    house.all_sign_in().await;
    let before = house.memory_kib();
    println!("memory before anybody sits down: {:.0} MiB", before / 1024.0);
    let begun = Instant::now();
    let seats = house.all_come(rooms, "caught_up").await;
    println!("{} seats came within {:.1} s", seats.len(), begun.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = house.memory_kib();
    let each = (memory - before) / seats.len() as f64;
    println!("memory with all seats taken: {:.0} MiB, {each:.1} KiB a seat", memory / 1024.0);

    let heard = Arc::new(Mutex::new(Heard::default()));
    let (mut mouths, mut ears) = (Vec::new(), Vec::new());
    for (number, stream) in seats.into_iter().enumerate() {
        let (mouth, ear) = stream.split();
        ears.push(tokio::spawn(listens(ear, Arc::clone(&heard))));
        if number % MEMBERS == 0 {
            mouths.push(mouth);
        }
    }
    writes(&mut mouths, &heard, lasting).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    {
        let mut heard = heard.lock().expect("no ear died");
        assert!(heard.waiting.is_empty(), "{} entries did not reach everybody", heard.waiting.len());
        heard.milliseconds.sort_by(f64::total_cmp);
        let [middle, late] = [50, 99].map(|percent| percentile(&heard.milliseconds, percent));
        println!(
            "{} entries at {ENTRIES_A_SECOND} a second: to the last seat p50 {middle:.1} ms, p99 {late:.1} ms",
            heard.milliseconds.len()
        );
        println!("memory after it: {:.0} MiB", house.memory_kib() / 1024.0);
    }

    ears.iter().for_each(tokio::task::JoinHandle::abort);
    drop((mouths, ears));
    tokio::time::sleep(Duration::from_secs(2)).await;
    house.all_sign_in().await;
    let begun = Instant::now();
    let back = house.all_come(rooms, "caught_up").await;
    println!(
        "{} reconnected at once; all had caught up after {:.1} s",
        back.len(),
        begun.elapsed().as_secs_f64()
    );
    drop(back);
    house.all_sign_in().await;
    let (few, many) = (16.min(rooms), 1000.min(rooms));
    for _ in 0..2 {
        let costs = [house.cost(few, lasting).await, house.cost(many, lasting).await];
        let [one, other] = costs;
        println!(
            "CPU s per 1,000 messages: {one:.3} in {few} rooms, {other:.3} in {many}, ratio {:.2}",
            other / one
        );
    }
}

/// An entry now here, now there, evenly in time and whatever the server does meanwhile.
async fn writes(mouths: &mut [SplitSink<Stream, Message>], heard: &Arc<Mutex<Heard>>, lasting: Duration) {
    let mut clock = tokio::time::interval(Duration::from_secs(1) / ENTRIES_A_SECOND);
    let (begun, count) = (Instant::now(), mouths.len());
    let mut number = 0_usize;
    while begun.elapsed() < lasting {
        clock.tick().await;
        // A stride that meets every room before it comes back to one.
        number += 1;
        let mouth = &mut mouths[number * 7919 % count];
        let id = entry_id();
        let frame = concord_frame(&id, &"x".repeat(200));
        heard.lock().expect("no ear died").waiting.insert(id, (Instant::now(), 0));
        mouth.send(Message::text(frame)).await.expect("the socket is open");
    }
}

/// Notes each entry that comes, the author's own by its `posted`.
async fn listens(mut ear: SplitStream<Stream>, heard: Arc<Mutex<Heard>>) {
    while let Some(Ok(message)) = ear.next().await {
        let Message::Text(text) = message else { continue };
        let now = Instant::now();
        for (at, mark) in text.match_indices("\"id\":\"") {
            let start = at + mark.len();
            let Some(id) = text.get(start..start + 36) else { continue };
            let mut heard = heard.lock().expect("no ear died");
            let Some((sent, had)) = heard.waiting.get_mut(id) else { continue };
            *had += 1;
            if *had == MEMBERS {
                let took = now.duration_since(*sent).as_secs_f64() * 1000.0;
                heard.waiting.remove(id);
                heard.milliseconds.push(took);
            }
        }
    }
}
