//! Broken things around the house: a database that is restarted under writers, a disk that is full. What was
//! acknowledged stays, what was not is said so, and the work goes on when the thing is mended.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::concord::{Backend, Settings};
use tests::postgres::Cluster;
use tests::scene::Scene;
use tests::socket::{entry_id, message};
use tests::tools;

async fn texts(scene: &Scene) -> Vec<String> {
    let page = scene.noor.reads_channel(&scene.dispute, "joint", 0).await.expects(200);
    let items = page["items"].as_array().expect("items").clone();
    items.iter().filter_map(|item| item["body"]["text"].as_str().map(str::to_owned)).collect()
}

/// Posts, and posts the same again while the answer is "not now": what a client does.
async fn posts_until_taken(scene: &Scene, text: &str) -> Value {
    let id = entry_id();
    for _ in 0..200 {
        let client = scene.amara.client();
        let path = format!("/disputes/{}/room/channels/joint/entries", scene.dispute);
        let body = serde_json::json!({"id": id, "body": message(text)});
        let answer = client.send(client.request(reqwest::Method::POST, &path).json(&body)).await;
        match answer.status {
            200 | 201 => return answer.json(),
            503 => {
                assert!(answer.header("retry-after").is_some(), "{}", answer.text());
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
    panic!("the work did not go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_restarted_loses_nothing_and_the_house_goes_on_by_itself() {
    let cluster = tokio::task::spawn_blocking(Cluster::starts).await.expect("a cluster");
    let database = cluster.database();
    let settings = Settings::on(Backend::Postgres).with_database(database).that_may_complain();
    let scene = Scene::in_mediation(settings.without_limits()).await;
    let mut said = Vec::new();
    for at in 0..30 {
        if at == 10 || at == 20 {
            cluster.restarts();
        }
        let text = format!("Sentence {at} through a restart");
        posts_until_taken(&scene, &text).await;
        said.push(text);
    }
    assert_eq!(texts(&scene).await, said, "each once, in order");
    scene.service.is_ready().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_so_and_the_work_goes_on_when_there_is_room() {
    let settings =
        Settings::on(Backend::Sqlite).without_limits().that_may_complain().that_survives_a_file_limit();
    let scene = Scene::in_mediation(settings).await;
    let dispute = scene.dispute.as_str();
    scene
        .amara
        .posts(dispute, "joint", &entry_id(), message("Said before the disk was full"))
        .await
        .expects(201);

    // No file may be larger than the log is by now, and the database's is: each of its writes fails as on a full disk.
    limit_files(&scene, "131072:unlimited");
    let refused = scene.amara.posts(dispute, "joint", &entry_id(), message("Said into a full disk")).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some(), "{}", refused.text());
    let problem = refused.is_refused(503, "");
    assert!(!problem.to_string().to_lowercase().contains("sqlite"), "{problem}");
    assert_eq!(texts(&scene).await, ["Said before the disk was full"], "reading goes on");

    limit_files(&scene, "unlimited:unlimited");
    posts_until_taken(&scene, "Said when there was room again").await;
    let said = texts(&scene).await;
    assert_eq!(said, ["Said before the disk was full", "Said when there was room again"]);
    scene.service.is_killed();
    scene.service.starts().await;
    assert_eq!(texts(&scene).await, said, "and it is on the disk");
}

fn limit_files(scene: &Scene, limit: &str) {
    let pid = scene.service.pid().to_string();
    tools::printed(Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}")]));
}
