// Whether labels have settled: adds up what the workgroups of `spread.wgsl` found and decides, on the device, whether
// another step is needed. One workgroup. Twin: the loop of `balmer_core::semi_supervised::Diffusion::run`.

struct Params {
  // workgroups of the step
  parts: u32,
  max_iter: u32,
  tol: f32,
  padding: u32,
}

struct State {
  is_done: u32,
  iterations: u32,
  reached: u32,
  change: f32,
}

const SIZE: u32 = 256u;
// values of `is_done` besides 0
const SETTLED: u32 = 1u;
const OUT_OF_STEPS: u32 = 2u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<storage, read> partial: array<vec2f>;

// mass that moved, rows reached
var<workgroup> moved: array<f32, SIZE>;
var<workgroup> reached: array<u32, SIZE>;
var<workgroup> is_done: u32;

@compute @workgroup_size(SIZE)
fn main(@builtin(local_invocation_index) lane: u32) {
  if lane == 0u {
    is_done = state.is_done;
  }
  if workgroupUniformLoad(&is_done) != 0u {
    return;
  }
  var change = 0.0;
  var rows = 0u;
  for (var part = lane; part < params.parts; part += SIZE) {
    change += partial[part].x;
    rows += u32(partial[part].y);
  }
  moved[lane] = change;
  reached[lane] = rows;
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if lane < half {
      moved[lane] += moved[lane + half];
      reached[lane] += reached[lane + half];
    }
  }
  if lane == 0u {
    let is_spreading = reached[0] > state.reached;
    state.iterations += 1u;
    state.reached = reached[0];
    state.change = moved[0];
    let has_settled = !is_spreading && moved[0] < params.tol;
    let is_over = state.iterations >= params.max_iter;
    state.is_done = select(select(0u, OUT_OF_STEPS, is_over), SETTLED, has_settled);
  }
}
