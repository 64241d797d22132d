/* Hogwild (Recht, Re, Wright, Niu 2011): training threads read and write the rows of shared matrices without
 * locks. A lost or torn update of one float among many is noise that the descent bears, and locks would cost
 * more than the work. In C11 such a race is undefined on plain floats; in practice aligned float and vector
 * accesses are what every supported compiler emits here. Only functions that carry this attribute may race,
 * they call neither memcpy nor memset, and ThreadSanitizer checks everything else. */
#ifndef SGNS_BASE_RACE_H
#define SGNS_BASE_RACE_H

#define INTENDED_RACE __attribute__((no_sanitize("thread")))

#endif
