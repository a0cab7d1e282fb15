// Shortens lists of proposals to the KEEP smallest scores, one workgroup a list, and lowers the threshold of a list to
// the worst that it keeps. A score that ties with the threshold may be kept or not; none below it is ever dropped.
// Radix selection: the KEEP-th smallest score is found digit by digit from the counts of a histogram.
// Twin: `balmer_core::neighbors::candidates`.

struct Params {
  // proposals that a list has room for
  capacity: u32,
  // not 0: every list, the workgroup's own, and the indices are written out too, KEEP a list; 0: the crowded ones
  finish: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> thresholds: array<f32>;
@group(0) @binding(2) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> proposals: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;
// lists to shorten, from `crowded.wgsl`
@group(0) @binding(5) var<storage, read> crowded: array<u32>;

override KEEP: u32;

const SIZE: u32 = 64u;
const DIGITS: u32 = 256u;

var<workgroup> length: u32;
// what is kept, until nobody reads the list any more
var<workgroup> kept: array<vec2u, KEEP>;
var<workgroup> histogram: array<atomic<u32>, DIGITS>;
// the digits of the KEEP-th smallest score found so far, and how many entries are to be taken among those that share them
var<workgroup> prefix: u32;
var<workgroup> wanted: u32;
var<workgroup> below: atomic<u32>;
var<workgroup> ties: atomic<u32>;

// Orders as the floats do.
fn sortable(bits: u32) -> u32 {
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn unsortable(key: u32) -> u32 {
  return select(~key, key & 0x7fffffffu, (key & 0x80000000u) != 0u);
}


@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var list = group.x;
  if params.finish == 0u {
    list = crowded[group.x];
  }
  let start = list * params.capacity;
  if lane == 0u {
    length = min(lengths[list], params.capacity);
    prefix = 0u;
    wanted = KEEP;
    atomicStore(&below, 0u);
    atomicStore(&ties, 0u);
  }
  let count = workgroupUniformLoad(&length);
  if count <= KEEP {
    if params.finish != 0u {
      for (var at = lane; at < count; at += SIZE) {
        indices[list * KEEP + at] = proposals[start + at].y;
      }
    }
    return;
  }

  for (var round = 0u; round < 4u; round++) {
    let shift = 24u - 8u * round;
    for (var digit = lane; digit < DIGITS; digit += SIZE) {
      atomicStore(&histogram[digit], 0u);
    }
    let known = workgroupUniformLoad(&prefix);
    // the digits above this one
    let mask = select(0xffffffffu << (shift + 8u), 0u, round == 0u);
    for (var at = lane; at < count; at += SIZE) {
      let key = sortable(proposals[start + at].x);
      if (key & mask) == known {
        atomicAdd(&histogram[(key >> shift) & 255u], 1u);
      }
    }
    workgroupBarrier();
    if lane == 0u {
      var left = wanted;
      var digit = 0u;
      loop {
        let here = atomicLoad(&histogram[digit]);
        if here >= left || digit == DIGITS - 1u {
          break;
        }
        left -= here;
        digit += 1u;
      }
      wanted = left;
      prefix = known | (digit << shift);
    }
    workgroupBarrier();
  }

  let worst = workgroupUniformLoad(&prefix);
  let equal = workgroupUniformLoad(&wanted);
  for (var at = lane; at < count; at += SIZE) {
    let proposal = proposals[start + at];
    let key = sortable(proposal.x);
    if key < worst {
      kept[atomicAdd(&below, 1u)] = proposal;
    } else if key == worst {
      let place = atomicAdd(&ties, 1u);
      if place < equal {
        kept[KEEP - equal + place] = proposal;
      }
    }
  }
  workgroupBarrier();
  for (var at = lane; at < KEEP; at += SIZE) {
    proposals[start + at] = kept[at];
    if params.finish != 0u {
      indices[list * KEEP + at] = kept[at].y;
    }
  }
  if lane == 0u {
    thresholds[list] = bitcast<f32>(unsortable(worst));
    lengths[list] = KEEP;
  }
}
