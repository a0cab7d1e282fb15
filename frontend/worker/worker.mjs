// Starts a worker with the build that this browser runs fastest, or with that of `?build=`, to measure and to test.
// Each of the two modules has one function that uses an instruction of the extension: a browser without it refuses them.

const bytes = (...body) =>
  new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, ...body]);
// i32.const 0, i8x16.splat, i8x16.popcnt
const SIMD128 = bytes(10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
// i32.const 1, i8x16.splat, i32.const 2, i8x16.splat, i8x16.relaxed_swizzle
const RELAXED_SIMD = bytes(15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11);

const fastest = WebAssembly.validate(RELAXED_SIMD) ? 'relaxed-simd' : WebAssembly.validate(SIMD128) ? 'simd128' : 'plain';
const asked = new URL(import.meta.url).searchParams.get('build');
const build = ['relaxed-simd', 'simd128', 'plain'].includes(asked) ? asked : fastest;
const { default: init } = await import(`./${build}/balmer-worker.js`);
// a promise that fails is a worker that failed: whoever started it hears of it as of any error
addEventListener('unhandledrejection', ({ reason }) =>
  setTimeout(() => {
    throw reason;
  }),
);
// its `main` says that it listens
await init();
