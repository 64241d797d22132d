#include "train/replica.h"

#include "base/race.h"
#include "base/rng.h"

struct replica replica_lay_out(struct workspace *workspace, size_t count, size_t stride, uint64_t seed) {
    struct replica replica = {.count = count, .stride = stride};
    replica.input = workspace_take(workspace, count * stride, sizeof(bfloat16));
    replica.output = workspace_take(workspace, count * stride, sizeof(bfloat16));
    replica.last_input = workspace_take(workspace, count * stride, sizeof(bfloat16));
    replica.last_output = workspace_take(workspace, count * stride, sizeof(bfloat16));
    replica.random = workspace_take(workspace, KERNEL_ROW_FLOATS, sizeof(uint32_t));
    struct rng rng = rng_seed(seed, UINT64_MAX);
    for (size_t i = 0; replica.random != NULL && i < KERNEL_ROW_FLOATS; i++)
        replica.random[i] = (uint32_t)rng_next(&rng) | 1;
    return replica;
}

INTENDED_RACE static void take(bfloat16 *rows, bfloat16 *last, const bfloat16 *shared, size_t numbers) {
    for (size_t i = 0; i < numbers; i++)
        rows[i] = last[i] = shared[i];
}

void replica_take(struct replica *replica, const bfloat16 *input, const bfloat16 *output) {
    const size_t numbers = replica->count * replica->stride;
    take(replica->input, replica->last_input, input, numbers);
    take(replica->output, replica->last_output, output, numbers);
}

void replica_merge(struct replica *replica, const struct kernel *kernel, bfloat16 *input, bfloat16 *output,
                   float share) {
    const size_t numbers = replica->count * replica->stride;
    kernel->merge(replica->input, replica->last_input, input, numbers, share, replica->random);
    kernel->merge(replica->output, replica->last_output, output, numbers, share, replica->random);
}
