//! Two instances on one PostgreSQL, every request sent to both at once: one row per call, one audio file per message,
//! and the same answer from both.
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sea_orm::{Database, DatabaseConnection};
use tokio::process::Child;
use tokio::task::LocalSet;

use crate::call::{ACCOUNT, Call, CallUrls, Line, Next, TOKEN};
use crate::connection::Connection;
use crate::crash::count;
use crate::desk::{free_address, serve, wait_until_up};
use crate::media::{self, Fetches};

type Failure = Box<dyn std::error::Error>;

/// How long storing the messages may take: jobs are throttled, and those of a killed instance wait until their lease expires.
const STORED_WITHIN: Duration = Duration::from_secs(240);

/// The parameters of a run.
pub struct Twins {
    pub frontdesk: PathBuf,
    pub database: String,
    pub calls: u64,
    pub in_flight: u64,
}

impl Twins {
    pub async fn run(self) -> Result<(), Failure> {
        let folder = tempfile::tempdir_in("target")?;
        let folder = folder.path().canonicalize()?;
        let (media, fetches) = (free_address()?, Fetches::default());
        tokio::spawn(media::serve(media, fetches.clone()));
        let addresses = [free_address()?, free_address()?];
        let public = format!("http://{}", addresses[0]);
        let mut twins: Vec<Child> = Vec::new();
        for address in addresses {
            let mut twin =
                serve(&self.frontdesk, address, &folder, &self.database, &format!("http://{media}"));
            twins.push(twin.env("FRONTDESK__PUBLIC_URL", &public).spawn()?);
            wait_until_up(address).await?;
        }
        let line = Line { target: public, account: ACCOUNT.into(), token: TOKEN.into() };
        let here = LocalSet::new();
        let mut differed = 0;
        here.run_until(async {
            let mut callers = Vec::new();
            for first in 0..self.in_flight {
                let (line, numbers) =
                    (line.clone(), (first..self.calls).step_by(usize::try_from(self.in_flight)?));
                callers.push(tokio::task::spawn_local(async move {
                    let mut differed = 0;
                    let mut connections = addresses.map(Connection::new);
                    for number in numbers {
                        differed += place(&Call::new(&line, 0, number), &mut connections).await?;
                    }
                    Ok::<_, String>(differed)
                }));
            }
            for caller in callers {
                differed += caller.await??;
            }
            Ok::<_, Failure>(())
        })
        .await?;
        let db = Database::connect(&self.database).await?;
        let messages = self.calls / 2;
        let stored = stored(&db, messages).await?;
        let rows = count(&db, "SELECT count(*) FROM calls").await?;
        let ended = count(&db, "SELECT count(*) FROM calls WHERE state = 'ended'").await?;
        let files = audio_files(&folder)?;
        let (recordings, most) = fetches.counted();
        for twin in &mut twins {
            twin.kill().await?;
        }
        println!(
            "{} calls, every request to both instances at once: {differed} answers differed, {rows} rows, {ended} ended, \
             {stored} messages stored in {files} files, {recordings} recordings fetched, each at most {most} times",
            self.calls
        );
        let calls = i64::try_from(self.calls)?;
        let messages = i64::try_from(messages)?;
        let one_each = (rows, ended, stored, i64::try_from(files)?) == (calls, calls, messages, messages);
        if differed > 0 || !one_each || most > 1 {
            return Err("answers differ, or calls or messages are missing or duplicated".into());
        }
        Ok(())
    }
}

/// Waits until all messages are stored or the time is up. Returns the number of stored ones.
pub async fn stored(db: &DatabaseConnection, messages: u64) -> Result<i64, Failure> {
    let begun = Instant::now();
    loop {
        let stored = "SELECT count(DISTINCT call_id) FROM call_events WHERE kind = 'voicemail'";
        let stored = count(db, stored).await?;
        if stored >= i64::try_from(messages)? || begun.elapsed() > STORED_WITHIN {
            return Ok(stored);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One whole call, each request sent to both. Returns how often the answers differed.
async fn place(call: &Call<'_>, [one, other]: &mut [Connection; 2]) -> Result<u32, String> {
    let (mut urls, mut document, mut differed) = (CallUrls::default(), String::new(), 0);
    for step in 0.. {
        let Next::Ask(request) = call.next(step, &document, &mut urls) else { break };
        let (first, second) = tokio::join!(one.ask(request.clone()), other.ask(request));
        let (first, second) = (first?, second?);
        differed += u32::from(first != second);
        document = first;
    }
    Ok(differed)
}

/// The number of audio files. A file that a killed instance had begun to write has a `#` in its name, and another instance
/// removes it later.
pub(crate) fn audio_files(folder: &std::path::Path) -> Result<usize, Failure> {
    let names = std::fs::read_dir(folder.join("recordings"))?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<std::io::Result<Vec<_>>>()?;
    Ok(names.iter().filter(|name| !name.to_string_lossy().contains('#')).count())
}
