/* Hogwild (Recht, Re, Wright, Niu 2011): training threads read and write the rows of shared matrices without
 * locks. A lost or torn update of one number among many is noise that gradient descent tolerates, and locks
 * would cost more than the work itself. In C11 such a race on plain floats is undefined behavior; in practice
 * every supported compiler emits aligned float and vector accesses here. Only functions with this attribute
 * may race, and they must not call memcpy or memset. ThreadSanitizer checks everything else. */
#ifndef SGNS_BASE_RACE_H
#define SGNS_BASE_RACE_H

#define INTENDED_RACE __attribute__((no_sanitize("thread")))

#endif
