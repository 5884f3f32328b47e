//! Each journey runs on both databases: `on_both! { async fn a_sentence(settings: Settings) { … } }` makes the tests
//! `a_sentence::on_sqlite` and `a_sentence::on_postgres` of one body.

/// Makes two tests of each function.
#[macro_export]
macro_rules! on_both {
    ($($(#[$about:meta])* async fn $name:ident($settings:ident: Settings) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            use super::*;

            async fn journey($settings: $crate::concord::Settings) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                journey($crate::concord::Settings::on($crate::concord::Backend::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                journey($crate::concord::Settings::on($crate::concord::Backend::Postgres)).await;
            }
        }
    )+};
}
