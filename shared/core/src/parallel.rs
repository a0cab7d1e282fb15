//! Data parallelism that is rayon natively and a plain loop in WebAssembly.
//!
//! Only order-preserving maps and disjoint chunks are offered: nothing here can make a result depend
//! on the number of threads.

/// `(0..n).map(f).collect()`, over all cores where there are any.
pub(crate) fn map_indices<T: Send>(n: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        (0..n).into_par_iter().map(f).collect()
    }
    #[cfg(target_family = "wasm")]
    {
        (0..n).map(f).collect()
    }
}

/// Calls `f(chunk_index, chunk)` on consecutive chunks of `size` elements, over all cores.
pub(crate) fn for_each_chunk_mut<T: Send>(data: &mut [T], size: usize, f: impl Fn(usize, &mut [T]) + Sync + Send) {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        data.par_chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
    }
    #[cfg(target_family = "wasm")]
    {
        data.chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
    }
}

/// What `f(chunk_index, chunk)` gives for consecutive chunks of `size` elements, over all cores, in their order.
pub(crate) fn map_chunks_mut<T: Send, R: Send>(
    data: &mut [T],
    size: usize,
    f: impl Fn(usize, &mut [T]) -> R + Sync + Send,
) -> Vec<R> {
    #[cfg(not(target_family = "wasm"))]
    {
        use rayon::prelude::*;
        data.par_chunks_mut(size).enumerate().map(|(i, chunk)| f(i, chunk)).collect()
    }
    #[cfg(target_family = "wasm")]
    {
        data.chunks_mut(size).enumerate().map(|(i, chunk)| f(i, chunk)).collect()
    }
}

/// How many tasks can run at once.
pub(crate) fn n_threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    {
        rayon::current_num_threads()
    }
    #[cfg(target_family = "wasm")]
    {
        1
    }
}

/// Calls both, at the same time where there is more than one core.
pub(crate) fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    #[cfg(not(target_family = "wasm"))]
    {
        rayon::join(a, b);
    }
    #[cfg(target_family = "wasm")]
    {
        a();
        b();
    }
}
