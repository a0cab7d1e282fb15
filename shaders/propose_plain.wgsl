// Proposals from tiles of 64 queries x 64 references: 64 invocations, each with 8 x 8 products in registers, and nothing
// shared between them. For adapters on which waiting for each other costs more than reading twice: those that the
// processor plays. Twin: `balmer_core::neighbors`. Needs common/proposals.wgsl.

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = tile.y * 64u + local.y * 8u;
  let left = tile.x * 64u + local.x * 8u;
  let right = left + 4u;
  var query_at = (params.first_query + row) / 4u;
  var reference_at = (params.first_reference + left) / 4u;

  // products of eight queries with references left .. (l) and right .. (r)
  var l0 = vec4f(); var r0 = vec4f();
  var l1 = vec4f(); var r1 = vec4f();
  var l2 = vec4f(); var r2 = vec4f();
  var l3 = vec4f(); var r3 = vec4f();
  var l4 = vec4f(); var r4 = vec4f();
  var l5 = vec4f(); var r5 = vec4f();
  var l6 = vec4f(); var r6 = vec4f();
  var l7 = vec4f(); var r7 = vec4f();

  for (var feature = 0u; feature < params.features; feature += 1u) {
    let p = queries[query_at];
    let q = queries[query_at + 1u];
    let s = references[reference_at];
    let t = references[reference_at + 1u];
    query_at += params.query_stride;
    reference_at += params.reference_stride;
    l0 += p.x * s; r0 += p.x * t;
    l1 += p.y * s; r1 += p.y * t;
    l2 += p.z * s; r2 += p.z * t;
    l3 += p.w * s; r3 += p.w * t;
    l4 += q.x * s; r4 += q.x * t;
    l5 += q.y * s; r5 += q.y * t;
    l6 += q.z * s; r6 += q.z * t;
    l7 += q.w * s; r7 += q.w * t;
  }

  offer(row, left, l0); offer(row, right, r0);
  offer(row + 1u, left, l1); offer(row + 1u, right, r1);
  offer(row + 2u, left, l2); offer(row + 2u, right, r2);
  offer(row + 3u, left, l3); offer(row + 3u, right, r3);
  offer(row + 4u, left, l4); offer(row + 4u, right, r4);
  offer(row + 5u, left, l5); offer(row + 5u, right, r5);
  offer(row + 6u, left, l6); offer(row + 6u, right, r6);
  offer(row + 7u, left, l7); offer(row + 7u, right, r7);
}
