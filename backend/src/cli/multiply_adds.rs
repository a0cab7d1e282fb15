//! How many multiply-adds of f32 the processor makes a second, in registers alone: the measure of kernels.
//!
//! Independent chains of fused multiply-adds, enough of them that none waits for another, with nothing read
//! or written, in the widest registers that there are. Not what memory allows, and not a kernel.

use serde_json::json;

use super::{output, session::Session, system};

/// Chains of one thread: processors start two multiply-adds a cycle, each of which takes four or five.
const CHAINS: usize = 12;
/// Multiply-adds of each chain in one piece of work, which takes some milliseconds.
const ROUNDS: usize = 1_000_000;
/// The best of so many pieces is told: the others were disturbed.
const PIECES: usize = 50;

/// Measures all threads at once and prints operations a second, in all and of each thread. A thread's time is that of its
/// processor, so that what else the machine does takes no part.
pub fn report(session: &Session) -> anyhow::Result<()> {
    let (lanes, chains) = widest();
    let threads = system::threads();
    let operations = 2.0 * (CHAINS * ROUNDS * lanes) as f64;
    let rates = rayon::broadcast(|_| {
        let pieces = (0..PIECES).map(|_| {
            let spent = system::thread_seconds();
            chains(0.999);
            operations / (system::thread_seconds() - spent)
        });
        pieces.fold(0.0, f64::max)
    });
    let gflops = rates.iter().sum::<f64>() / 1e9;
    let each = gflops / threads as f64;
    if session.json() {
        return output::print_json(&json!({
            "benchmark": "fma", "gflops": gflops, "gflops_a_thread": each, "lanes": lanes, "threads": threads,
            "device": "cpu",
        }));
    }
    output::print(|out| writeln!(out, "{gflops:.1} Gflop/s on {threads} threads, {each:.1} each, {lanes} lanes"))
}

/// Lanes of the widest multiply-add there is, and the chains made of it.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "each function is called where its feature was just detected")]
fn widest() -> (usize, fn(f32)) {
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has AVX-512F
        return (16, |x| unsafe { x86::avx512(x) });
    }
    if std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the processor has FMA, which implies AVX
        return (8, |x| unsafe { x86::avx(x) });
    }
    (4, plain)
}

/// Four lanes, as every other processor has them.
#[cfg(not(target_arch = "x86_64"))]
fn widest() -> (usize, fn(f32)) {
    (4, plain)
}

/// What the compiler makes of it: fused where the target has fused multiply-adds throughout.
fn plain(x: f32) {
    let mut sums = [[x; 4]; CHAINS];
    for _ in 0..ROUNDS {
        for sum in sums.as_flattened_mut() {
            *sum = if cfg!(target_arch = "aarch64") { sum.mul_add(x, x) } else { *sum * x + x };
        }
    }
    std::hint::black_box(sums);
}

/// In assembly, so that the loop is what it says in every profile of the compiler.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::{
        asm,
        x86_64::{_mm256_set1_ps, _mm512_set1_ps},
    };

    use super::ROUNDS;

    macro_rules! chains {
        ($class:ident, $factor:expr, $($chain:ident)*) => {
            // SAFETY: registers alone, all of them named
            unsafe {
                asm!(
                    "2:",
                    $(concat!("vfmadd213ps {", stringify!($chain), "}, {factor}, {factor}"),)*
                    "dec {rounds}",
                    "jnz 2b",
                    rounds = inout(reg) ROUNDS => _,
                    factor = in($class) $factor,
                    $($chain = inout($class) $factor => _,)*
                    options(nomem, nostack)
                );
            }
        };
    }

    #[target_feature(enable = "avx512f")]
    #[expect(unsafe_code, reason = "assembly")]
    pub fn avx512(x: f32) {
        chains!(zmm_reg, _mm512_set1_ps(x), a b c d e f g h i j k l);
    }

    #[target_feature(enable = "avx,fma")]
    #[expect(unsafe_code, reason = "assembly")]
    pub fn avx(x: f32) {
        chains!(ymm_reg, _mm256_set1_ps(x), a b c d e f g h i j k l);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_chains_ends() {
        plain(0.999);
        let (lanes, chains) = widest();
        chains(0.999);
        assert!([4, 8, 16].contains(&lanes));
    }
}
