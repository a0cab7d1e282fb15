// Proposals from tiles of 64 queries x 64 references: 256 invocations, each with 4 x 4 products in registers. For
// adapters with few registers. Twin: `balmer_core::neighbors`. Needs common/proposals.wgsl.

const DEPTH: u32 = 16u;
// vec4s a feature in a tile of 64 rows
const TILE: u32 = 16u;

var<workgroup> query_tile: array<vec4f, 256>;
var<workgroup> reference_tile: array<vec4f, 256>;

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  // each invocation copies one vec4 of either matrix a step: feature `depth`, rows `part * 4 ..`
  let depth = index / TILE;
  let part = index % TILE;
  var query_at = depth * params.query_stride + params.first_query / 4u + tile.y * TILE + part;
  var reference_at = depth * params.reference_stride + params.first_reference / 4u + tile.x * TILE + part;

  var s0 = vec4f(); var s1 = vec4f(); var s2 = vec4f(); var s3 = vec4f();

  for (var first = 0u; first < params.features; first += DEPTH) {
    query_tile[index] = queries[query_at];
    reference_tile[index] = references[reference_at];
    query_at += DEPTH * params.query_stride;
    reference_at += DEPTH * params.reference_stride;
    workgroupBarrier();
    for (var k = 0u; k < 256u; k += TILE) {
      let q = query_tile[k + local.y];
      let r = reference_tile[k + local.x];
      s0 += q.x * r;
      s1 += q.y * r;
      s2 += q.z * r;
      s3 += q.w * r;
    }
    workgroupBarrier();
  }

  let row = tile.y * 64u + local.y * 4u;
  let left = tile.x * 64u + local.x * 4u;
  offer(row, left, s0);
  offer(row + 1u, left, s1);
  offer(row + 2u, left, s2);
  offer(row + 3u, left, s3);
}
