#include "text/phrase_join.h"

#include <stdlib.h>

#include "base/memory.h"

#define SLOTS_MIN ((size_t)256)

/* --- the table --- */

/* The slot of a pair, or the free one where it belongs. */
static size_t find_slot(const struct phrase_pair *slots, size_t slot_count, uint32_t left, uint32_t right,
                        uint32_t pass) {
    size_t at = (phrase_hash(left, right) + pass) & (slot_count - 1);
    while (slots[at].pass != 0 &&
           (slots[at].left != left || slots[at].right != right || slots[at].pass != pass))
        at = (at + 1) & (slot_count - 1);
    return at;
}

static bool grow(struct phrase_table *table, struct error *error) {
    const size_t slot_count = table->slot_count > 0 ? 2 * table->slot_count : SLOTS_MIN;
    struct phrase_pair *slots = memory_allocate(slot_count, sizeof *slots, "the phrases", error);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->slot_count; i++) {
        const struct phrase_pair *pair = &table->slots[i];
        if (pair->pass != 0)
            slots[find_slot(slots, slot_count, pair->left, pair->right, pair->pass)] = *pair;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return true;
}

bool phrase_table_add(struct phrase_table *table, struct phrase_pair pair, struct error *error) {
    if (2 * table->size >= table->slot_count && !grow(table, error))
        return false;
    const size_t at = find_slot(table->slots, table->slot_count, pair.left, pair.right, pair.pass);
    if (table->slots[at].pass != 0)
        return true;
    table->slots[at] = pair;
    table->size++;
    if (pair.pass > table->passes)
        table->passes = pair.pass;
    return true;
}

void phrase_table_free(struct phrase_table *table) {
    free(table->slots);
    *table = (struct phrase_table){.slots = NULL};
}

/* --- joining --- */

/* Gives the passes from `pass` on, from 0, their next word. */
static bool push_from(struct phrase_joiner *joiner, uint32_t pass, struct phrase_item item,
                      struct phrase_item *out) {
    const struct phrase_table *table = joiner->table;
    for (; pass < table->passes; pass++) {
        struct phrase_item *held = &joiner->held[pass];
        if (held->words == 0) {
            *held = item;
            return false;
        }
        const size_t at = find_slot(table->slots, table->slot_count, held->id, item.id, pass + 1);
        if (table->slots[at].pass != 0) {
            item = (struct phrase_item){table->slots[at].joined, held->words + item.words, held->first};
            held->words = 0;
        } else {
            const struct phrase_item before = *held;
            *held = item;
            item = before;
        }
    }
    *out = item;
    return true;
}

bool phrase_push(struct phrase_joiner *joiner, struct phrase_item item, struct phrase_item *out) {
    return push_from(joiner, 0, item, out);
}

bool phrase_flush(struct phrase_joiner *joiner, struct phrase_item *out) {
    for (uint32_t pass = 0; pass < joiner->table->passes; pass++) {
        const struct phrase_item item = joiner->held[pass];
        joiner->held[pass].words = 0;
        if (item.words > 0 && push_from(joiner, pass + 1, item, out))
            return true;
    }
    return false;
}
