#include "train/noise.h"

#include <math.h>

double noise_probability(const struct noise *noise, uint64_t count) {
    return pow((double)count, noise->power) / noise->normalizer;
}

/* Entries hold less or more than their share 1 / size. Each poor entry is filled up from a rich one, which
 * may become poor itself. `order` lists the poor ones from the front and the rich ones from the back. */
static void balance(struct noise *noise) {
    double *shares = noise->shares;
    uint32_t *order = noise->order;
    size_t poor = 0, rich = noise->size;
    for (size_t i = 0; i < noise->size; i++) {
        if (shares[i] < 1)
            order[poor++] = (uint32_t)i;
        else
            order[--rich] = (uint32_t)i;
    }
    for (size_t taken = 0; taken < poor && rich < noise->size; taken++) {
        const uint32_t low = order[taken], high = order[rich];
        noise->entries[low] = (struct noise_entry){(uint32_t)(shares[low] * 0x1p32), high};
        shares[high] -= 1 - shares[low];
        if (shares[high] < 1) {
            order[poor++] = high;
            rich++;
        }
    }
}

struct noise noise_lay_out(struct workspace *workspace, size_t size) {
    struct noise noise = {.size = size};
    noise.entries = workspace_take(workspace, size, sizeof *noise.entries);
    noise.shares = workspace_take(workspace, size, sizeof *noise.shares);
    noise.order = workspace_take(workspace, size, sizeof *noise.order);
    return noise;
}

void noise_fill(struct noise *noise, const uint64_t *counts, double power) {
    const size_t size = noise->size;
    noise->power = power;
    noise->normalizer = 0;
    for (size_t i = 0; i < size; i++)
        noise->normalizer += noise->shares[i] = pow((double)counts[i], power);
    for (size_t i = 0; i < size; i++) {
        noise->shares[i] *= (double)size / noise->normalizer;
        noise->entries[i] = (struct noise_entry){UINT32_MAX, (uint32_t)i};
    }
    balance(noise);
}

void noise_aim(const struct noise *noise, struct rng *rng, struct noise_aim *aims, size_t count) {
    const double part = (double)noise->size / (double)count;
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = rng_next(rng);
        const uint32_t at = (uint32_t)(((double)i + (double)(bits >> 32) * 0x1p-32) * part);
        aims[i] = (struct noise_aim){at, (uint32_t)bits};
        __builtin_prefetch(&noise->entries[at]);
    }
}

void noise_take(const struct noise *noise, const struct noise_aim *aims, uint32_t *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct noise_entry entry = noise->entries[aims[i].at];
        words[i] = aims[i].bits < entry.threshold ? aims[i].at : entry.alias;
    }
}
