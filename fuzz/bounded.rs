//! Fuzzing without anything to install: a bounded number of mutations of the seeds, the same each time.
//!
//! Included by the tests of the crates whose targets it runs.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

/// How many mutated inputs a test tries, unless `FUZZ_RUNS` says otherwise.
const RUNS: u64 = 10_000;

/// Longest input, in bytes.
const INPUT_MAX_BYTES: usize = 4_096;

/// Runs `target` over the seeds of that name, and over mutations of them.
pub(crate) fn run(name: &str, target: impl Fn(&[u8])) {
    let inputs = Inputs::load(name);
    let (seed, runs) = (variable("FUZZ_SEED").unwrap_or(1), variable("FUZZ_RUNS").unwrap_or(RUNS));
    for input in &inputs.seeds {
        attempt(name, "a seed", input, &target);
    }
    for run in 0..runs {
        // Each run has a seed of its own, so that one can be made again without those before it.
        let mut random = Random::new(seed.wrapping_add(run));
        let input = inputs.mutate(&mut random);
        let origin = format!("FUZZ_SEED={} FUZZ_RUNS=1", seed.wrapping_add(run));
        attempt(name, &origin, &input, &target);
    }
}

/// The seeds of a target and the words that its inputs are made of.
pub(crate) struct Inputs {
    pub(crate) seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

/// Numbers that look random and are the same each time (xorshift).
pub(crate) struct Random(u64);

impl Inputs {
    pub(crate) fn load(name: &str) -> Self {
        let folder = root().join("seeds").join(name);
        let mut files: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let seeds: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        assert!(!seeds.is_empty(), "{} holds no seeds", folder.display());
        let dictionary = root().join("dictionaries").join(format!("{name}.dict"));
        let words = fs::read_to_string(dictionary).unwrap().lines().filter_map(word).collect();
        Self { seeds, words }
    }

    /// One of the seeds, changed in one to eight places.
    pub(crate) fn mutate(&self, random: &mut Random) -> Vec<u8> {
        let mut input = random.pick(&self.seeds).clone();
        for _ in 0..=random.below(8) {
            self.change(&mut input, random);
        }
        input.truncate(INPUT_MAX_BYTES);
        input
    }

    fn change(&self, input: &mut Vec<u8>, random: &mut Random) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(9)).min(input.len());
        match random.below(10) {
            0 => drop(input.splice(at..end, [])),
            1 => {
                let some = input[at..end].to_vec();
                let times = 1 + random.below(20);
                drop(input.splice(at..at, some.repeat(times)));
            }
            2 if at < input.len() => input[at] ^= 1 << random.below(8),
            3 if at < input.len() => input[at] = random.byte(),
            4 => input.insert(at, random.byte()),
            5 => input.truncate(at),
            // The end of another seed in place of the own one.
            6 => {
                let other = random.pick(&self.seeds);
                let from = random.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            7 => {
                let extreme: [&[u8]; 6] =
                    [b"0", b"-1", b"1e999", b"18446744073709551616", b"00", b"\xff\xff\xff\xff"];
                drop(input.splice(at..end, random.pick(&extreme).iter().copied()));
            }
            _ if !self.words.is_empty() => {
                let end = if random.below(2) == 0 { at } else { end };
                drop(input.splice(at..end, random.pick(&self.words).iter().copied()));
            }
            _ => {}
        }
    }
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Spread, so that neighbouring seeds share nothing; never 0, which xorshift keeps.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or_default()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

fn attempt(name: &str, origin: &str, input: &[u8], target: &impl Fn(&[u8])) {
    // What it panicked with is told already.
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(outcome.is_ok(), "{name} fails on {origin}, input \"{}\"", input.escape_ascii());
}

/// A word of a libFuzzer dictionary: one in quotes a line, with `\xNN`, `\\` and `\"`.
fn word(line: &str) -> Option<Vec<u8>> {
    let text = line.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, later)) = rest.split_first() {
        rest = later;
        if first != b'\\' {
            bytes.push(first);
        } else if let Some(hex) = rest.strip_prefix(b"x") {
            let digits = std::str::from_utf8(hex.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &hex[2..];
        } else {
            let (&escaped, later) = rest.split_first()?;
            bytes.push(escaped);
            rest = later;
        }
    }
    Some(bytes)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[expect(clippy::disallowed_methods, reason = "a test run is set up by its environment")]
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
