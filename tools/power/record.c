/*
 * Records what a process does to the files of one folder, for npm run test:power. Loaded with LD_PRELOAD.
 *
 * POWER_FOLDER is the folder, POWER_TRACE the file that the trace is appended to. An event is a header (type, file, offset,
 * length; little-endian, packed) and `length` bytes:
 *   O a file of the folder was opened: its path. Files are numbered by their path in the order of their first opening.
 *   W bytes were written at the offset.          T the file was cut or grown to `offset` bytes.
 *   S the file was synced; all its events before this one are on the disk.
 *   U the file was removed.
 *   A an HTTP answer 2xx is about to be written to a socket: its first bytes.
 * One lock orders events of all threads. With POWER_IGNORE_SYNC=1 no S is recorded for a log ("-wal"), as if SQLite had been told
 * `synchronous=NORMAL`: the test must fail then.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 65536
#define MOST_FILES 1024
#define ANSWER_BYTES 1024
#define REAL(name, type) ((type)dlsym(RTLD_NEXT, name))

struct header {
  uint8_t type;
  uint32_t file;
  uint64_t offset;
  uint32_t length;
} __attribute__((packed));

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static const char *folder;
static int ignores_sync;
static char *paths[MOST_FILES];
static uint32_t files;
/* The file of each descriptor plus one; 0 is a descriptor of something else. */
static uint32_t file_of[MOST_FDS];

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("POWER_TRACE");
  folder = getenv("POWER_FOLDER");
  if (!path || !folder) return;
  ignores_sync = getenv("POWER_IGNORE_SYNC") != NULL;
  trace = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void record(uint8_t type, uint32_t file, uint64_t offset, const void *bytes, uint32_t length) {
  struct header header = {type, file, offset, length};
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)bytes, length}};
  if (syscall(SYS_writev, trace, parts, 2) != (long)(sizeof header + length)) abort();
}

static uint32_t known(int fd) { return trace >= 0 && fd >= 0 && fd < MOST_FDS ? file_of[fd] : 0; }

static uint32_t number(const char *path) {
  for (uint32_t at = 0; at < files; at++)
    if (strcmp(paths[at], path) == 0) return at;
  if (files == MOST_FILES) abort();
  paths[files] = strdup(path);
  record('O', files, 0, path, strlen(path));
  return files++;
}

static int opened(int fd, const char *path) {
  if (trace < 0 || fd < 0 || fd >= MOST_FDS || strncmp(path, folder, strlen(folder)) != 0) return fd;
  int saved = errno;
  pthread_mutex_lock(&lock);
  file_of[fd] = number(path) + 1;
  pthread_mutex_unlock(&lock);
  errno = saved;
  return fd;
}

#define MODE_OF(flags)                                    \
  mode_t mode = 0;                                        \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                  \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode = va_arg(rest, mode_t);                          \
    va_end(rest);                                         \
  }

int open(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(REAL("open", int (*)(const char *, int, ...))(path, flags, mode), path);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags)
  return opened(REAL("open64", int (*)(const char *, int, ...))(path, flags, mode), path);
}
int close(int fd) {
  if (known(fd)) {
    pthread_mutex_lock(&lock);
    file_of[fd] = 0;
    pthread_mutex_unlock(&lock);
  }
  return REAL("close", int (*)(int))(fd);
}

static ssize_t wrote(int fd, const void *bytes, size_t length, off_t offset) {
  pthread_mutex_lock(&lock);
  ssize_t done = syscall(SYS_pwrite64, fd, bytes, length, offset);
  if (done > 0) record('W', file_of[fd] - 1, offset, bytes, done);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  return known(fd) ? wrote(fd, bytes, length, offset) : syscall(SYS_pwrite64, fd, bytes, length, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

static void answered(const void *bytes, size_t length) {
  if (trace < 0 || length < 12 || memcmp(bytes, "HTTP/1.1 2", 10) != 0) return;
  pthread_mutex_lock(&lock);
  record('A', 0, 0, bytes, length < ANSWER_BYTES ? length : ANSWER_BYTES);
  pthread_mutex_unlock(&lock);
}
ssize_t write(int fd, const void *bytes, size_t length) {
  if (!known(fd)) {
    answered(bytes, length);
    return syscall(SYS_write, fd, bytes, length);
  }
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = wrote(fd, bytes, length, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (known(fd)) abort(); /* SQLite does not use writev; its write would be missing in the trace. */
  if (count > 0) answered(parts[0].iov_base, parts[0].iov_len);
  return syscall(SYS_writev, fd, parts, count);
}

static int resized(int fd, off_t length) {
  if (!known(fd)) return syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_ftruncate, fd, length);
  if (result == 0) record('T', file_of[fd] - 1, length, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate64(int fd, off64_t length) { return resized(fd, length); }
int ftruncate(int fd, off_t length) { return resized(fd, length); }

static int synced(int fd, long call) {
  if (!known(fd)) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  int result = syscall(call, fd);
  const char *path = paths[file_of[fd] - 1];
  size_t length = strlen(path);
  int is_log = length > 4 && strcmp(path + length - 4, "-wal") == 0;
  if (result == 0 && !(ignores_sync && is_log)) record('S', file_of[fd] - 1, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path) {
  if (trace < 0 || strncmp(path, folder, strlen(folder)) != 0) return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0) record('U', number(path), 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
