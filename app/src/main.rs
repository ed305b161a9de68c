//! The binary `frontdesk`. Exit codes: 0 success, 1 a problem or failure, 2 invalid arguments or configuration.
use std::process::ExitCode;

use frontdesk::cli::Cli;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // Created files are accessible to this user only.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    frontdesk::system::install_tls();
    let cli = Cli::of_process();
    if !cli.serves() {
        // The reader of the output may close the pipe.
        sigpipe::reset();
    }
    match cli.run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("frontdesk: {failure}");
            failure.exit_code()
        }
    }
}
