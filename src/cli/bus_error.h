/* A model is mapped, not read: if another program cuts the file short meanwhile, touching what is gone raises
 * SIGBUS, which ends a program without a word. The only other ways to be safe are to read every model whole,
 * which takes seconds and its size in memory, or to copy each row with pread(2) before it is used. */
#ifndef SGNS_CLI_BUS_ERROR_H
#define SGNS_CLI_BUS_ERROR_H

/* From now on SIGBUS ends the program with one sentence that names the file, and ERROR_SYSTEM. */
void bus_error_explain(void);

#endif
