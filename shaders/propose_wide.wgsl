// Proposals from tiles of 128 queries x 128 references: 256 invocations, each with 8 x 8 products in registers.
// Twin: `balmer_core::neighbors` (candidates by matrix products, the same scores). Needs common/proposals.wgsl.

const DEPTH: u32 = 8u;
// vec4s a feature in a tile of 128 rows
const TILE: u32 = 32u;

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

  // products of queries 4 y .. 4 y + 3 and 64 + 4 y .. with references 4 x .. (l) and 64 + 4 x .. (r)
  var l0 = vec4f(); var r0 = vec4f();
  var l1 = vec4f(); var r1 = vec4f();
  var l2 = vec4f(); var r2 = vec4f();
  var l3 = vec4f(); var r3 = vec4f();
  var l4 = vec4f(); var r4 = vec4f();
  var l5 = vec4f(); var r5 = vec4f();
  var l6 = vec4f(); var r6 = vec4f();
  var l7 = vec4f(); var r7 = vec4f();

  for (var first = 0u; first < params.features; first += DEPTH) {
    query_tile[index] = queries[query_at];
    reference_tile[index] = references[reference_at];
    query_at += DEPTH * params.query_stride;
    reference_at += DEPTH * params.reference_stride;
    workgroupBarrier();
    for (var k = 0u; k < 256u; k += TILE) {
      let p = query_tile[k + local.y];
      let q = query_tile[k + 16u + local.y];
      let s = reference_tile[k + local.x];
      let t = reference_tile[k + 16u + local.x];
      l0 += p.x * s; r0 += p.x * t;
      l1 += p.y * s; r1 += p.y * t;
      l2 += p.z * s; r2 += p.z * t;
      l3 += p.w * s; r3 += p.w * t;
      l4 += q.x * s; r4 += q.x * t;
      l5 += q.y * s; r5 += q.y * t;
      l6 += q.z * s; r6 += q.z * t;
      l7 += q.w * s; r7 += q.w * t;
    }
    workgroupBarrier();
  }

  let row = tile.y * 128u + local.y * 4u;
  let left = tile.x * 128u + local.x * 4u;
  let right = left + 64u;
  offer(row, left, l0); offer(row, right, r0);
  offer(row + 1u, left, l1); offer(row + 1u, right, r1);
  offer(row + 2u, left, l2); offer(row + 2u, right, r2);
  offer(row + 3u, left, l3); offer(row + 3u, right, r3);
  offer(row + 64u, left, l4); offer(row + 64u, right, r4);
  offer(row + 65u, left, l5); offer(row + 65u, right, r5);
  offer(row + 66u, left, l6); offer(row + 66u, right, r6);
  offer(row + 67u, left, l7); offer(row + 67u, right, r7);
}
