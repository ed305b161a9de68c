//! `frontdesk token`: credentials for programs.

use std::process::ExitCode;

use clap::Subcommand;
use frontdesk_ports::StoreError;

use super::Failure;
use super::user::{failed, people};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Makes a token and prints it; it cannot be shown again.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
    },
    /// Lists the tokens by name.
    List,
    /// Revokes a token.
    Revoke {
        /// Which.
        name: String,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let (store, control) = people(&config).await?;
        match self {
            Self::Create { name } => {
                let token = control.create_token(&name).await.map_err(|error| match error {
                    StoreError::Exists(_) => {
                        Failure::Failed(format!("there is a token called {name} already"))
                    }
                    other => failed(other),
                })?;
                println!("{token}");
            }
            Self::List => {
                for token in store.tokens().await.map_err(failed)? {
                    println!("{}\tsince {}", token.name, token.created_at);
                }
            }
            Self::Revoke { name } => {
                if !store.remove_token(&name).await.map_err(failed)? {
                    return Err(Failure::Failed(format!("there is no token called {name}")));
                }
                println!("the token {name} is no longer valid");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
