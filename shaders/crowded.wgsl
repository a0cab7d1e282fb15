// Gathers the lists of proposals that are longer than `most`, for an indirect dispatch of `select.wgsl`: most lists take
// little from a chunk of references, and a workgroup that has nothing to do is not free.

struct Params {
  lists: u32,
  most: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> crowded: array<u32>;
// workgroups to dispatch: (lists gathered, 1, 1), from (0, 1, 1)
@group(0) @binding(3) var<storage, read_write> groups: array<atomic<u32>, 3>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if id.x < params.lists && lengths[id.x] > params.most {
    crowded[atomicAdd(&groups[0], 1u)] = id.x;
  }
}
