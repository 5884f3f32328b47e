//! `concord serve`: opens the house, says where it is, and closes it in order when it is told to.

use std::io::{self, Write as _};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

use super::Failed;
use crate::acts::{By, accounts};
use crate::app::{self, Running};
use crate::config::{Config, MailTransport};
use crate::refused::Refused;
use crate::tokens::OneTimeCode;

/// Each seat of a room is an open file, and many systems begin with 1,024: takes as many as the system gives.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A system that refuses keeps the smaller limit; then only so many can sit here at once.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// What keeps the house from opening.
pub async fn serve(config: Config) -> Result<ExitCode, Failed> {
    // Before anything is acknowledged: whoever starts us may stop us at once.
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    if matches!(config.mail.transport, MailTransport::Files) {
        tracing::warn!(folder = %config.data.join("mail").display(), "mail is written to files and not sent");
    }
    raise_file_limit();
    let running = app::start(config).await?;
    greet(&running).await?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn greet(running: &Running) -> Result<(), Failed> {
    let url = running.state.config.public_url.clone();
    tracing::info!(addr = %running.addr, url = url.as_str(), "serving");
    let setup = setup_link(running).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "Concord serves http://{} as {}", running.addr, url.as_str())?;
    if let Some(link) = setup {
        writeln!(out, "Nobody runs this house yet. Set up its first registrar here, once: {link}")?;
    }
    Ok(out.flush()?)
}

/// The one-time link for the first registrar; nothing where there is one.
async fn setup_link(running: &Running) -> Result<Option<String>, Refused> {
    let code = OneTimeCode::new()?;
    let link = running.state.config.public_url.link(&format!("/setup/{}", code.as_str()));
    let offered =
        running.state.desk.write(By::House, move |tx, doing| accounts::offer_setup(tx, doing, &code)).await?;
    Ok(offered.then_some(link))
}
