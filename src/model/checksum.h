/* A fast 64-bit checksum against damage, not against malice.
 *
 * checksum(bytes[0 .. n)): four lanes start as 1, 2, 3, 4 times P = 0x9e3779b97f4a7c15. The bytes are read as
 * little-endian 64-bit words, the last one padded with zero bytes; word i goes to lane i mod 4:
 *   lane = rotate_left((lane ^ word) * Q, 29)    with Q = 0xbf58476d1ce4e5b9
 * Then h = n, and for lanes 0 to 3 in turn h = (h ^ lane) * P, h = h ^ (h >> 32). The result is h. All
 * arithmetic is modulo 2^64. */
#ifndef SGNS_MODEL_CHECKSUM_H
#define SGNS_MODEL_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t checksum(const void *bytes, size_t count);

#endif
