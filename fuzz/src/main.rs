//! One target under libFuzzer, named by `FRONTDESK_FUZZ`; `.ci/fuzz` builds and runs it. Built without libFuzzer, it
//! runs the given files, which reproduces a finding.

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use std::sync::LazyLock;
    static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
        #[allow(clippy::disallowed_methods, reason = "libFuzzer takes the arguments")]
        let name = std::env::var("FRONTDESK_FUZZ").unwrap_or_default();
        fuzz::target(&name).unwrap_or_else(|| panic!("FRONTDESK_FUZZ names no target: {name:?}"))
    });
    TARGET(data);
});

#[cfg(not(fuzzing))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let run = fuzz::target(&name).ok_or("usage: fuzz TARGET FILE…")?;
    for file in arguments {
        run(&std::fs::read(&file)?);
        println!("{file}: nothing wrong");
    }
    Ok(())
}
