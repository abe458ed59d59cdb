//! Threads: how many an operation may use.
//!
//! One that is asked for is the calling thread; else STRIDEWISE_NUM_THREADS, RAYON_NUM_THREADS and
//! OMP_NUM_THREADS are asked in this order, and where none says a number, there is one thread for
//! each processor that this process may use. Small work stays on one whatever is said.

const VARIABLES: [&str; 3] = ["STRIDEWISE_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"];

/// How many threads to use, where `asked` may say the number: 1 or more.
pub fn threads(asked: Option<usize>) -> usize {
    let named = |name| std::env::var(name).ok()?.trim().parse().ok().filter(|&count| count > 0);
    let said = asked.filter(|&count| count > 0).or_else(|| VARIABLES.into_iter().find_map(named));
    said.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}
