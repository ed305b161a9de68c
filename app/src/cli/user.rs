//! `frontdesk user`: manages users.
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use adapters_persistence::{SqlAccess, SqlOperationsLog};
use clap::Subcommand;
use frontdesk_ports::access::Role;
use frontdesk_ports::{AccessStore, AccountError, Accounts, Actor, AuditTrail, StoreError};
use frontdesk_services::accounts::AccountAdministration;
use frontdesk_services::auth::AccessControl;
use serde_json::{Value, json};

use super::Failure;
use crate::config::Config;
use crate::system::{SystemClock, SystemIds};
use crate::wiring::open_database;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a user; the password is asked for, or read from standard input.
    #[command(
        after_help = "Examples:\n  frontdesk user add ann --role admin\n  frontdesk user add bob < password.txt"
    )]
    Add {
        /// The name to sign in with.
        name: String,
        /// The role: admin or reader.
        #[arg(long, default_value = "reader")]
        role: Role,
    },
    /// List users.
    List {
        /// Print them as one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Set a user's password and end their sessions.
    Passwd {
        /// The user's name.
        name: String,
    },
    /// Change a user's role.
    Role {
        /// The user's name.
        name: String,
        /// The role: admin or reader.
        role: Role,
    },
    /// Turn off two-factor sign-in for a user who lost their device.
    ResetCode {
        /// The user's name.
        name: String,
    },
    /// Remove a user.
    Remove {
        /// The user's name.
        name: String,
    },
}

/// The accounts of the configured database.
pub(super) async fn accounts(config: &Config) -> Result<AccountAdministration, Failure> {
    let db = open_database(&config.database_url).await?;
    let store: Arc<dyn AccessStore> = Arc::new(SqlAccess::new(db.clone()));
    let trail: Arc<dyn AuditTrail> = Arc::new(SqlOperationsLog::new(db));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let control = AccessControl::new(store.clone(), trail.clone(), clock.clone(), ids.clone(), None);
    Ok(AccountAdministration::new(Arc::new(control), store, trail, clock, ids))
}

/// The actor in the audit log.
pub(super) fn operator() -> Actor {
    Actor(super::COMMAND_LINE.to_owned())
}

pub(super) fn failed(error: StoreError) -> Failure {
    Failure::Failed(error.to_string())
}

/// The error message for a refused change, with the name.
pub(super) fn refused(what: &'static str, name: &str) -> impl Fn(AccountError) -> Failure {
    let name = name.to_owned();
    move |error| match error {
        AccountError::Taken => Failure::Failed(format!("there is {what} called {name} already")),
        AccountError::Nobody => Failure::Failed(format!(
            "there is no {} called {name}; `frontdesk user list` and `frontdesk token list` show what there is",
            what.trim_start_matches("a ")
        )),
        AccountError::BadName
        | AccountError::BadPassword
        | AccountError::GuessablePassword
        | AccountError::NoScope => Failure::Usage(error.to_string()),
        other => Failure::Failed(other.to_string()),
    }
}

impl UserCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let (accounts, by) = (accounts(&config).await?, operator());
        let there = async |name: &str| {
            let people = accounts.people().await?;
            Ok::<_, StoreError>(people.iter().any(|person| person.name == name))
        };
        match self {
            Self::Add { name, role } => {
                if there(&name).await.map_err(failed)? {
                    return Err(refused("a person", &name)(AccountError::Taken));
                }
                accounts
                    .add_person(&by, &name, role, &password()?)
                    .await
                    .map_err(refused("a person", &name))?;
                println!("{name} can sign in as {role}");
            }
            Self::List { json } => {
                let people = accounts.people().await.map_err(failed)?;
                if json {
                    let users = people.iter().map(|p| json!({"name": p.name, "role": p.role.as_str()}));
                    println!("{:#}", json!({ "users": users.collect::<Value>() }));
                } else {
                    for person in people {
                        println!("{}\t{}", person.name, person.role);
                    }
                }
            }
            Self::Passwd { name } => {
                if !there(&name).await.map_err(failed)? {
                    return Err(refused("a person", &name)(AccountError::Nobody));
                }
                accounts.set_password(&by, &name, &password()?).await.map_err(refused("a person", &name))?;
                println!("{name} has a new password and must sign in again");
            }
            Self::Role { name, role } => {
                accounts.set_role(&by, &name, role).await.map_err(refused("a person", &name))?;
                println!("{name} is now {role}");
            }
            Self::ResetCode { name } => {
                let nobody = |error| match error {
                    AccountError::Nobody => Failure::Failed(format!("{name} has no second factor")),
                    other => refused("a person", &name)(other),
                };
                accounts.remove_second_factor(&by, &name).await.map_err(nobody)?;
                println!("{name} signs in by password alone");
            }
            Self::Remove { name } => {
                accounts.remove_person(&by, &name).await.map_err(refused("a person", &name))?;
                println!("{name} can no longer sign in");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks twice on a terminal; otherwise reads a line of standard input.
fn password() -> Result<String, Failure> {
    let unread = |error: std::io::Error| Failure::Failed(format!("the password cannot be read: {error}"));
    if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unread)?;
        let second = rpassword::prompt_password("Again: ").map_err(unread)?;
        return if first == second { Ok(first) } else { Err(Failure::Usage("the passwords differ".into())) };
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
