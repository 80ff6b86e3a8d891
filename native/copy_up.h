/* tmpcopyup: fills a new tmpfs with what is in the directory that it will hide. */
#ifndef TSRUNC_COPY_UP_H
#define TSRUNC_COPY_UP_H

/* Copies the content of the directory `from` into the directory `to`. Leaves through fail(). */
void copy_up(int from, int to, const char *name);

#endif
