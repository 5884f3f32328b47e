//! `concord mail bounced`: takes one mail from standard input that another server gave back, as the pipe of a mail server
//! hands it over. It works beside a running `serve`, and opens no port to anybody. What it says names no address: the mail
//! server puts it into a log of its own. The codes by which it ends are those that mail servers know (`sysexits.h`).

use std::io::{self, Read as _};
use std::process::ExitCode;

use super::{Failed, Place, settings};
use crate::acts::By;
use crate::acts::bounces::{self, Report, Told};
use crate::app::House;
use crate::config::Config;
use crate::mail::bounce::{NotAReport, REPORT_BYTES_MAX, read};

/// EX_DATAERR: it will not become a report later either, and the postmaster is told.
const NO_REPORT: u8 = 65;
/// EX_TEMPFAIL: the mail server keeps it and comes again.
const LATER: u8 = 75;

/// Takes in what lies on standard input.
///
/// # Errors
/// What is no report; whatever keeps us from looking, for which the mail server is to come again.
pub fn take(place: &Place) -> Result<ExitCode, Failed> {
    let bytes = read_in().map_err(later)?;
    let report = bytes.ok_or(NotAReport("it is too long")).and_then(|bytes| read(&bytes));
    let report = report.map_err(|NotAReport(why)| Failed::Code(NO_REPORT, format!("no bounce: {why}")))?;
    let config = settings(place, None).map_err(|failed| match failed {
        Failed::Said(reason) | Failed::Code(_, reason) => Failed::Code(LATER, reason),
    })?;
    // A folder without keys is no house, and none is made of it by a mail.
    if !config.keys_folder().join("wrapping.key").exists() {
        return Err(later("the data folder holds no keys"));
    }
    // Nor is an empty one made beside those keys where the database is elsewhere, and the settings that say so are not here.
    if config.database_url.is_none() && !store::Settings::is_in_folder(&config.data) {
        return Err(later("the data folder holds no database"));
    }
    let runtime = super::runtime().map_err(|failed| match failed {
        Failed::Said(reason) | Failed::Code(_, reason) => later(reason),
    })?;
    let told = runtime.block_on(tell(config, report))?;
    match told {
        Told::CameBack(mail, status) => tracing::warn!(%mail, %status, "a mail came back"),
        Told::Nothing(mail, action, status) => {
            tracing::info!(%mail, %action, %status, "a report of a mail changes nothing");
        }
        Told::Unknown => tracing::info!("a report is of no mail that was sent"),
        Told::TooEarly(mail) => return Err(later(format!("mail {mail} is still being sent"))),
    }
    Ok(ExitCode::SUCCESS)
}

async fn tell(config: Config, report: Report) -> Result<Told, Failed> {
    let house = House::open(config).await.map_err(later)?;
    let told = house.state.desk.write(By::House, move |tx, doing| bounces::take(tx, doing, &report)).await;
    house.close().await;
    told.map_err(later)
}

/// All of it, or nothing where it is too long. It is read to its end in any case: a mail server whose pipe breaks takes
/// that for a fault of its own.
fn read_in() -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock();
    let limit = u64::try_from(REPORT_BYTES_MAX).unwrap_or(u64::MAX);
    input.by_ref().take(limit).read_to_end(&mut bytes)?;
    let rest = io::copy(&mut input, &mut io::sink())?;
    Ok((rest == 0).then_some(bytes))
}

fn later(reason: impl ToString) -> Failed {
    Failed::Code(LATER, reason.to_string())
}
