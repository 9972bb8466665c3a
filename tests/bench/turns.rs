//! Several things measured in turns, so that what else the machine does falls on all of them alike.

use std::time::{Duration, Instant};

/// What is measured: a name, and one round of it, which says how long it took.
pub type Part<'a> = (&'static str, Box<dyn FnMut() -> Duration + 'a>);

/// How long a piece of work takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let value = work();
    let took = start.elapsed();
    drop(value);
    took
}

/// Runs the parts in turns and prints the fastest tenth, the fastest quarter, the median and the mean of each, with their
/// ratio to the first part.
pub fn run(rounds: usize, mut parts: Vec<Part<'_>>) {
    let mut times = vec![Vec::with_capacity(rounds); parts.len()];
    for _ in 0..rounds {
        parts.iter_mut().zip(&mut times).for_each(|((_, part), times)| times.push(part()));
    }
    let figures = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e6;
        let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e6 / times.len() as f64;
        [at(10), at(25), at(50), mean]
    };
    let first = figures(&mut times[0]);
    println!("{:<24}{:>20}{:>20}{:>20}{:>20}", "", "10 %", "25 %", "median", "mean");
    for ((name, _), times) in parts.iter().zip(&mut times) {
        let columns =
            figures(times).iter().zip(first).map(|(t, f)| format!("{t:>11.0} µs {:>4.2}x", t / f)).collect::<String>();
        println!("{name:<24}{columns}");
    }
}
