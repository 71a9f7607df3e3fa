/* Preloaded into a process, notes each look-up, each connection and each file that is opened for writing, and lets no
   packet leave the machine.

   Built by observing.py, which names the log: LOG. A line is a word and a place: "look-up example.org",
   "connection 192.0.2.1:443", "file /home/anna/x". What stays on the machine (loopback, Unix sockets) is not noted. The
   calls are those of the C library, so that Python and every library that it loads are seen alike. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *what, const char *where) {
    char line[PATH_MAX + 64];
    int kept = errno, length = snprintf(line, sizeof line, "%s %s\n", what, where);
    int log = (int)syscall(SYS_openat, AT_FDCWD, LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log >= 0) {
        if (syscall(SYS_write, log, line, length < (int)sizeof line ? length : (int)sizeof line - 1) < 0) abort();
        syscall(SYS_close, log);
    }
    errno = kept;
}

/* Network */

static int is_own_name(const char *name) {
    struct in6_addr six;
    struct in_addr four;
    if (name == NULL || *name == 0 || strcasecmp(name, "localhost") == 0) return 1;
    return inet_pton(AF_INET, name, &four) == 1 || inet_pton(AF_INET6, name, &six) == 1; /* numbers need no look-up */
}

static int leaves(const struct sockaddr *address, const char *what) {
    char text[INET6_ADDRSTRLEN] = "", where[INET6_ADDRSTRLEN + 16];
    unsigned port;
    if (address == NULL) return 0;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        if (ntohl(four->sin_addr.s_addr) >> 24 == 127 || four->sin_addr.s_addr == 0) return 0;
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
        port = ntohs(four->sin_port);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        const unsigned char *bytes = six->sin6_addr.s6_addr;
        if (IN6_IS_ADDR_LOOPBACK(&six->sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)) return 0;
        if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) && bytes[12] == 127) return 0;
        inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
        port = ntohs(six->sin6_port);
    } else {
        return 0;
    }
    snprintf(where, sizeof where, "%s:%u", text, port);
    note(what, where);
    errno = ENETUNREACH;
    return 1;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    if (is_own_name(node)) return REAL(getaddrinfo)(node, service, hints, result);
    note("look-up", node);
    return EAI_AGAIN;
}

struct hostent *gethostbyname(const char *name) {
    if (is_own_name(name)) return REAL(gethostbyname)(name);
    note("look-up", name);
    h_errno = TRY_AGAIN;
    return NULL;
}

struct hostent *gethostbyname2(const char *name, int family) {
    if (is_own_name(name)) return REAL(gethostbyname2)(name, family);
    note("look-up", name);
    h_errno = TRY_AGAIN;
    return NULL;
}

int gethostbyname_r(const char *name, struct hostent *entry, char *buffer, size_t size, struct hostent **result,
                    int *error) {
    if (is_own_name(name)) return REAL(gethostbyname_r)(name, entry, buffer, size, result, error);
    note("look-up", name);
    *result = NULL;
    *error = TRY_AGAIN;
    return EAGAIN;
}

int gethostbyname2_r(const char *name, int family, struct hostent *entry, char *buffer, size_t size,
                     struct hostent **result, int *error) {
    if (is_own_name(name)) return REAL(gethostbyname2_r)(name, family, entry, buffer, size, result, error);
    note("look-up", name);
    *result = NULL;
    *error = TRY_AGAIN;
    return EAGAIN;
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    return leaves(address, "connection") ? -1 : REAL(connect)(socket, address, length);
}

ssize_t sendto(int socket, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    return leaves(address, "packet") ? -1 : REAL(sendto)(socket, data, size, flags, address, length);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    return leaves(message->msg_name, "packet") ? -1 : REAL(sendmsg)(socket, message, flags);
}

int sendmmsg(int socket, struct mmsghdr *messages, unsigned n_messages, int flags) {
    for (unsigned number = 0; number < n_messages; number++)
        if (leaves(messages[number].msg_hdr.msg_name, "packet")) return -1;
    return REAL(sendmmsg)(socket, messages, n_messages, flags);
}

/* Files */

static void note_file(int folder, const char *path) {
    char whole[PATH_MAX + PATH_MAX] = "", link[64];
    if (path == NULL) return;
    if (path[0] != '/') {
        if (folder == AT_FDCWD) {
            if (getcwd(whole, PATH_MAX) == NULL) whole[0] = 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t length = readlink(link, whole, PATH_MAX - 1);
            whole[length < 0 ? 0 : length] = 0;
        }
        strcat(whole, "/");
    }
    strncat(whole, path, PATH_MAX - 1);
    note("file", whole);
}

#define IS_WRITING(flags) (((flags) & (O_CREAT | O_TRUNC)) || ((flags) & O_ACCMODE) != O_RDONLY)

#define OPEN(name)                                            \
    int name(const char *path, int flags, ...) {              \
        va_list more;                                         \
        va_start(more, flags);                                \
        mode_t mode = va_arg(more, mode_t);                   \
        va_end(more);                                         \
        if (IS_WRITING(flags)) note_file(AT_FDCWD, path);     \
        return REAL(name)(path, flags, mode);                 \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                         \
    int name(int folder, const char *path, int flags, ...) {  \
        va_list more;                                         \
        va_start(more, flags);                                \
        mode_t mode = va_arg(more, mode_t);                   \
        va_end(more);                                         \
        if (IS_WRITING(flags)) note_file(folder, path);       \
        return REAL(name)(folder, path, flags, mode);         \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

#define OPEN_FILE(name)                                                                         \
    FILE *name(const char *path, const char *mode) {                                            \
        if (strpbrk(mode, "wa+") != NULL) note_file(AT_FDCWD, path);                            \
        return REAL(name)(path, mode);                                                          \
    }
OPEN_FILE(fopen)
OPEN_FILE(fopen64)

int creat(const char *path, mode_t mode) {
    note_file(AT_FDCWD, path);
    return REAL(creat)(path, mode);
}

int mkdir(const char *path, mode_t mode) {
    note_file(AT_FDCWD, path);
    return REAL(mkdir)(path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
    note_file(folder, path);
    return REAL(mkdirat)(folder, path, mode);
}

int rename(const char *old, const char *new) {
    note_file(AT_FDCWD, new);
    return REAL(rename)(old, new);
}

int renameat(int old_folder, const char *old, int folder, const char *new) {
    note_file(folder, new);
    return REAL(renameat)(old_folder, old, folder, new);
}

int symlink(const char *target, const char *path) {
    note_file(AT_FDCWD, path);
    return REAL(symlink)(target, path);
}

int link(const char *old, const char *new) {
    note_file(AT_FDCWD, new);
    return REAL(link)(old, new);
}
