/* The home directory of a user of the container. */
#ifndef TSRUNC_HOME_H
#define TSRUNC_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the passwd(5) text of `fd` and writes the directory of `uid` to `home`. False: no such line. */
bool find_home(int fd, uint32_t uid, char *home, size_t size);

#endif
