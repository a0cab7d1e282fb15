// One step of label spreading or propagation: one invocation a row, over its edges and all classes. The mass that
// moved and the rows that are reached are summed per workgroup for `converge.wgsl`.
// Twin: `balmer_core::semi_supervised::Diffusion`. Needs common/scaled.wgsl.

struct Params {
  rows: u32,
  classes: u32,
  // 0: spreading, f' = alpha S f + (1 - alpha) y; 1: propagation, f' = W f, each row made to sum to 1, seeds clamped
  propagation: u32,
  alpha: f32,
  // a dispatch may be one of several: its first workgroup among those of the whole step
  first_part: u32,
}

struct State {
  is_done: u32,
  iterations: u32,
  reached: u32,
  change: f32,
}

const NO_SEED: u32 = 0xffffffffu;
const SIZE: u32 = 64u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> state: State;
// compressed sparse rows: the first edge of each row, and the power of two that its weights are to be multiplied with
@group(0) @binding(2) var<storage, read> edges: array<vec2i>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
// the class of each seed
@group(0) @binding(5) var<storage, read> seeds: array<u32>;
// rows x classes, scaled numbers
@group(0) @binding(6) var<storage, read> before: array<vec2i>;
@group(0) @binding(7) var<storage, read_write> after: array<vec2i>;
// per workgroup: the sum of absolute changes, the rows reached
@group(0) @binding(8) var<storage, read_write> partial: array<vec2f>;

var<workgroup> sums: array<vec2f, SIZE>;

// Sum over the edges of a row of weight times the share of a label at its other end.
fn gathered(row: u32, label: u32) -> vec2i {
  let end = edges[row + 1u].x;
  var largest = -0x40000000;
  for (var edge = edges[row].x; edge < end; edge++) {
    let number = before[columns[edge] * params.classes + label];
    if number.x != 0 {
      largest = max(largest, number.y);
    }
  }
  var sum = 0.0;
  for (var edge = edges[row].x; edge < end; edge++) {
    let number = before[columns[edge] * params.classes + label];
    if number.x != 0 {
      sum += weights[edge] * relative(number, largest);
    }
  }
  return scaled(sum, largest + edges[row].y);
}

fn spread(row: u32) {
  for (var label = 0u; label < params.classes; label++) {
    let own = gathered(row, label);
    var next = scaled(params.alpha * bitcast<f32>(own.x), own.y);
    if seeds[row] == label {
      // beside a seed's own share, of order 1, what is too small for f32 does not count
      next = scaled((1.0 - params.alpha) + relative(next, 0), 0);
    }
    after[row * params.classes + label] = next;
  }
}

fn propagate(row: u32) {
  let first = row * params.classes;
  var largest = -0x40000000;
  for (var label = 0u; label < params.classes; label++) {
    var next = vec2i();
    if seeds[row] == NO_SEED {
      next = gathered(row, label);
    } else if seeds[row] == label {
      next = scaled(1.0, 0);
    }
    after[first + label] = next;
    if next.x != 0 {
      largest = max(largest, next.y);
    }
  }
  var sum = 0.0;
  for (var label = 0u; label < params.classes; label++) {
    sum += relative(after[first + label], largest);
  }
  if sum > 0.0 {
    for (var label = 0u; label < params.classes; label++) {
      let number = after[first + label];
      after[first + label] = scaled(bitcast<f32>(number.x) / sum, number.y - largest);
    }
  }
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if state.is_done != 0u {
    return;
  }
  let part = params.first_part + group.x;
  let row = part * SIZE + lane;
  var moved = 0.0;
  var reached = 0.0;
  if row < params.rows {
    if params.propagation != 0u {
      propagate(row);
    } else {
      spread(row);
    }
    for (var label = 0u; label < params.classes; label++) {
      let next = after[row * params.classes + label];
      moved += abs(relative(next, 0) - relative(before[row * params.classes + label], 0));
      if next.x != 0 {
        reached = 1.0;
      }
    }
  }
  sums[lane] = vec2f(moved, reached);
  for (var half = SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if lane < half {
      sums[lane] += sums[lane + half];
    }
  }
  if lane == 0u {
    partial[part] = sums[0];
  }
}
