//! The servers under load: Concord with its people and rooms, and what every server is asked for (processor time,
//! memory, time to start). The peers' own ways are in `peers`.

use std::process::Child;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tests::cast::{Person, a_dispute, all_clear};
use tests::client::Client;
use tests::concord::{Backend, Service, Settings};
use tests::socket::{Socket, Stream, entry_id, message};
use tokio_tungstenite::tungstenite::Message;

use crate::Room;
use crate::load::{MEMBERS, Member};

/// A server that runs.
pub enum Running {
    /// Ours, with its rooms.
    Concord(Box<House>),
    /// Somebody else's.
    Peer(Peer),
}

/// Concord and the people in its rooms.
pub struct House {
    service: Service,
    rooms: Vec<(String, Vec<Client>)>,
}

/// A member on the way in.
pub type Joining = std::pin::Pin<Box<dyn Future<Output = Member> + Send>>;

/// Another server.
pub struct Peer {
    /// How it is called in the table.
    pub name: &'static str,
    /// Its process.
    pub child: Child,
    /// Where it listens.
    pub port: u16,
    /// Opens one member's socket of a room.
    pub joins: fn(port: u16, room: usize, member: usize) -> Joining,
    /// Its data.
    pub _folder: tempfile::TempDir,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Starts Concord and takes this many disputes to the room, by the calls that people make.
pub async fn concord(rooms: usize) -> Running {
    // More than people write, and less than a flood.
    let settings =
        Settings::on(Backend::Sqlite).without_limits().with("CONCORD_LIMIT_FRAMES", "10000,10000/s");
    let service = settings.start().await;
    let noor = service.staff("mediator", "Noor Haq").await;
    let rosa = service.staff("registrar", "Rosa Lind").await;
    let mut made = Vec::new();
    for number in 0..rooms {
        let amara = service.person(&format!("Amara{number} Sen")).await;
        let bela = service.person(&format!("Bela{number} Roy")).await;
        let dispute = open_room([&amara, &bela, &noor, &rosa]).await;
        made.push((dispute, vec![amara.client(), bela.client(), noor.client(), amara.client()]));
    }
    Running::Concord(Box::new(House { service, rooms: made }))
}

/// User and system time of a process so far.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    // The name in brackets may hold blanks; what follows it does not.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|ticks| ticks.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

/// The memory of a process that lies in the machine's, in KiB.
pub fn memory_kib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0)
}

/// A dispute of these people, up to the room. The invitation goes by a printed code: nobody has to look through letters.
pub async fn open_room([amara, bela, noor, rosa]: [&Person; 4]) -> String {
    let draft = amara.drafts(a_dispute(bela)).await.expects(201);
    let dispute = draft["id"].as_str().expect("an id").to_owned();
    amara.answers_safety(&dispute, all_clear()).await.expects(204);
    amara.files(&dispute).await.expects(200);
    let letters = format!("/disputes/{dispute}/invitations/1/letters");
    let letter = amara.client().post(&letters, json!({})).await.expects(201);
    let code = letter["code"].as_str().expect("a code").to_owned();
    bela.accepts_invitation(&code).await.expects(200);
    amara.prepares(&dispute, None).await;
    bela.prepares(&dispute, Some(all_clear())).await;
    let proposed = rosa.assigns(&dispute, Some(noor)).await.expects(201);
    let assignment = proposed["id"].as_str().expect("an id");
    noor.takes_on(assignment).await.expects(200);
    amara.approves(assignment).await.expects(200);
    bela.approves(assignment).await.expects(200);
    dispute
}

/// Says hello as somebody who knows all that was said, and waits for a word of the server's.
pub async fn takes_seat(client: &Client, dispute: &str, until: &str) -> Stream {
    let mut stream = tests::socket::open_raw(client, dispute, &[]).await.expect("a seat");
    let hello = json!({"t": "hello", "after": {"joint": 1_000_000_000}}).to_string();
    stream.send(Message::text(hello)).await.expect("the socket is open");
    while let Some(Ok(message)) = stream.next().await {
        if message.to_text().is_ok_and(|text| text.contains(until)) {
            break;
        }
    }
    stream
}

/// A post to the joint session.
pub fn concord_frame(id: &str, text: &str) -> String {
    json!({"t": "post", "id": id, "channel": "joint", "body": message(text)}).to_string()
}

impl Running {
    /// How it is called in the table.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Concord(_) => "concord",
            Self::Peer(peer) => peer.name,
        }
    }

    /// The members of this many rooms, each past its greeting.
    pub async fn members(&self, rooms: usize) -> Vec<Room> {
        let mut all = Vec::new();
        for number in 0..rooms {
            let mut room = Vec::new();
            for member in 0..MEMBERS {
                room.push(match self {
                    Self::Concord(house) => house.joins(number, member).await,
                    Self::Peer(peer) => (peer.joins)(peer.port, number, member).await,
                });
            }
            all.push(room);
        }
        all
    }

    /// User and system time of the process so far.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.pid())
    }

    /// The memory of the process that lies in the machine's, in KiB.
    pub fn memory_kib(&self) -> f64 {
        memory_kib(self.pid())
    }

    fn pid(&self) -> u32 {
        match self {
            Self::Concord(house) => house.service.pid(),
            Self::Peer(peer) => peer.child.id(),
        }
    }

    /// Memory of an idle seat, before anything was said.
    pub async fn idle(&self) {
        let before = self.memory_kib();
        let seats = self.members(64).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let each = (self.memory_kib() - before) / (64 * MEMBERS) as f64;
        println!("{}: {each:.1} KiB an idle seat", self.name());
        drop(seats);
    }

    /// For Concord: the replay of 10,000 entries, and the start with all that data.
    pub async fn replay_and_start(&self) {
        if let Self::Concord(house) = self {
            house.replays().await;
            house.service.stops();
            let begun = Instant::now();
            house.service.starts().await;
            println!("concord: ready with data after {} ms", begun.elapsed().as_millis());
        }
    }
}

impl House {
    /// A party of the first room, and its dispute.
    pub fn somebody(&self) -> (Client, String) {
        let (dispute, people) = &self.rooms[0];
        (people[1].clone(), dispute.clone())
    }

    async fn joins(&self, room: usize, member: usize) -> Member {
        let (dispute, people) = &self.rooms[room];
        let stream = takes_seat(&people[member], dispute, "welcome").await;
        Member { stream, frame: concord_frame, prefix: u32::try_from(room * MEMBERS + member).unwrap_or(0) }
    }

    async fn replays(&self) {
        let (dispute, people) = &self.rooms[0];
        let last = || async {
            let room = people[0].get(&format!("/disputes/{dispute}/room")).await.expects(200);
            let channels = room["channels"].as_array().cloned().unwrap_or_default();
            let joint = channels.iter().find(|channel| channel["name"] == "joint");
            joint.and_then(|channel| channel["last_seq"].as_u64()).unwrap_or(0)
        };
        let (mut mouth, _) = Socket::enters(&people[0], dispute, json!({"joint": 1_000_000_000_u64})).await;
        while last().await < 10_000 {
            let posts: Vec<_> = (0..50)
                .map(|_| json!({"t": "post", "id": entry_id(), "channel": "joint", "body": message(&"x".repeat(200))}))
                .collect();
            let id = posts.last().map(|post| post["id"].clone());
            mouth.says(posts.into()).await;
            mouth.hears(|frame| frame["t"] == "posted" && Some(&frame["id"]) == id.as_ref()).await;
            mouth.heard_so_far();
        }
        let after = last().await - 10_000;
        for _ in 0..3 {
            let begun = Instant::now();
            let (mut ear, _) = Socket::enters(&people[1], dispute, json!({"joint": after})).await;
            ear.hears(|frame| frame["t"] == "caught_up" && frame["channel"] == "joint").await;
            println!("concord: replay of 10,000 entries in {} ms", begun.elapsed().as_millis());
            ear.leaves().await;
        }
    }
}
