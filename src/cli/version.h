/* The program's version, as --version prints it and models record it. */
#ifndef SGNS_CLI_VERSION_H
#define SGNS_CLI_VERSION_H

#define SGNS_VERSION "0.1.0"

#endif
