//! Figures for who watches over the house, on a port of their own.

use tests::{on_both, ports};

on_both! {
    async fn figures_are_shown_on_a_port_of_their_own_and_tell_of_nobody(settings: Settings) {
        let port = ports::free();
        let service = settings.with("CONCORD_METRICS_LISTEN", format!("127.0.0.1:{port}")).start().await;
        let amara = service.person("Amara Sen").await;
        amara.client().get("/disputes").await.expects(200);
        service.stranger().get("/disputes").await.is_refused(401, "");
        let text = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.expect("an answer");
        let text = text.error_for_status().expect("figures").text().await.expect("text");
        for figure in ["uptime_seconds ", "rooms 0", "sockets 0", "store_writes_waiting ", "mails_queued ", "mails_set_aside 0"] {
            assert!(text.contains(&format!("\nconcord_{figure}")), "{figure} in {text}");
        }
        let refused = text.lines().find(|line| line.starts_with("concord_answers_total{class=\"4xx\"}"));
        assert!(refused.is_some_and(|line| !line.ends_with(" 0")), "{text}");
        assert!(!text.contains("Amara") && !text.contains(&amara.email), "{text}");
        // Nowhere else, and nothing else there.
        let open = service.stranger();
        assert_eq!(open.send(open.page(reqwest::Method::GET, "/metrics")).await.status, 404);
        let other = reqwest::get(format!("http://127.0.0.1:{port}/health/live")).await.expect("an answer");
        assert_eq!(other.status().as_u16(), 404);
    }
}
