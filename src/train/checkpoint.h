/* A training as a file, from which it goes on: what was learned, where it stopped, and how it was asked for.
 *
 * The file is made of sections, like a model's (model/layout.h), with a magic of its own. `stride` of the
 * header is that of bfloat16 rows: D rounded up to a multiple of 32. The sections, all needed but the last:
 *
 *   record    text      lines "key=value": the parameters, exactly, and what else its writer wants to know
 *   starts    u64[V+1]  the vocabulary, as in a model
 *   words     bytes
 *   counts    u64[V]
 *   position  u64[6]    tasks done; words, pairs and rows so far (struct batch_work); threads T; epochs E
 *   measures  f64[5E]   loss, chance, accuracy, violations and pairs of each epoch: sums (struct measures)
 *   random    u32[16T]  random states of the replicas
 *   input16   u16[V*R]  the rows as they are trained: bfloat16, zeros beyond D
 *   output16  u16[V*R]
 *   phrases   text      words that are joined as the text is read (text/phrases.h); may be missing */
#ifndef SGNS_TRAIN_CHECKPOINT_H
#define SGNS_TRAIN_CHECKPOINT_H

#include "base/file.h"
#include "text/ingest.h"
#include "train/trainer.h"

/* What checkpoint_write writes. Nothing is owned. */
struct checkpoint_content {
    const struct vocab *vocab;
    size_t dim, epochs;
    const struct trainer_state *state;
    const char *record; /* as struct record (model/record.h) makes it */
    size_t record_bytes;
    const char *phrases; /* as phrases_text makes it; NULL if there are none */
    size_t phrases_bytes;
};

/* Appends the checkpoint to a file just created; the caller commits. Takes no memory. */
bool checkpoint_write(struct file_out *file, const struct checkpoint_content *content,
                      struct error *error) MUST_USE;

/* A checkpoint, read. All of it points into the map, but nothing writes there. */
struct checkpoint {
    struct file_map map;
    struct layout *layout; /* owned */
    struct vocab vocab;
    size_t dim, epochs;
    struct trainer_state state;
    const char *record;
    size_t record_bytes;
    const char *phrases; /* NULL if there are none */
    size_t phrases_bytes;
};

/* Whether a file begins like a checkpoint. */
bool checkpoint_is(const struct file_map *map);

/* Opens a checkpoint and checks all of it: its checksums, its sizes, and that its words are words. Close it
 * with checkpoint_close; after a failure there is nothing to close. */
bool checkpoint_open(struct checkpoint *checkpoint, const char *path, struct error *error) MUST_USE;
void checkpoint_close(struct checkpoint *checkpoint);

/* Sets *fingerprint to a number that depends on each word of the corpus, as ingest() read it, and on its
 * vocabulary. Reads all of the stream. */
bool checkpoint_fingerprint(const struct corpus *corpus, uint64_t *fingerprint, struct error *error) MUST_USE;

#endif
