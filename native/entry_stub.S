/*
 * The first code of the executable. scripts/seal_executable.ts puts it into a segment of its own and makes it
 * the entry point. It runs before the dynamic loader's work reaches Bun's main, and it does what only
 * this place can do:
 *
 *   1. It saves RLIMIT_NOFILE. Bun raises the soft limit before any JavaScript runs, and a container must
 *      start with the limit that tsrunc itself was started with. Beside it stands which of the descriptors
 *      3 to 66 the caller passed: later they cannot be told from those that Bun opens, because Bun marks all
 *      close-on-exec.
 *   2. It drops the variables that steer the JavaScript engine (BUN_*, NODE_*, JSC_*, MIMALLOC_*) from envp.
 *      With them whoever can set a variable would turn the runtime into another program: BUN_BE_BUN=1 makes
 *      any such executable the bun command. The strings stay in memory, so /proc/self/environ still tells
 *      what the caller passed.
 *   3. It opens /dev/null on those of the descriptors 0 to 2 that are closed: whatever is opened first would
 *      land there otherwise, and the container would get it as its stdin or stdout.
 *   4. It leaves a working directory that has been deleted, for "/": Bun refuses to start there, and engines
 *      call the runtime from bundles that may be gone.
 *
 * At entry (System V ABI, AMD64, section 3.4.1): rsp points at argc, argv, NULL, envp, NULL, auxv; rdx holds
 * the function that the loader wants called at exit and must arrive unchanged.
 */
        .intel_syntax noprefix
        .text
        .globl  stub
stub:
        .ascii  "TSRUNCST"
saved_limits:
        .quad   0               /* filled in when sealing: where findings go (24 writable bytes) */
original_entry:
        .quad   0               /* filled in when sealing: Bun's own entry point */
entry:
        mov     r15, rdx
        mov     rbx, rsp

        mov     eax, 302        /* prlimit64(0, RLIMIT_NOFILE, NULL, saved_limits) */
        xor     edi, edi
        mov     esi, 7
        xor     edx, edx
        mov     r10, [rip + saved_limits]
        syscall

        xor     r13d, r13d
standard:
        mov     eax, 72         /* fcntl(r13, F_GETFD) */
        mov     edi, r13d
        mov     esi, 1
        syscall
        test    rax, rax
        jns     is_open
        mov     eax, 2          /* open("/dev/null", O_RDWR): takes the lowest number, which is this one */
        lea     rdi, [rip + null_device]
        mov     esi, 2
        syscall
is_open:
        inc     r13d
        cmp     r13d, 3
        jl      standard

        xor     r12d, r12d      /* bit n: descriptor 3 + n is open */
        mov     r13d, 66
descriptor:
        mov     eax, 72         /* fcntl(r13, F_GETFD) */
        mov     edi, r13d
        mov     esi, 1
        syscall
        not     rax
        shr     rax, 63         /* 1 unless the call failed */
        lea     r12, [rax + r12 * 2]
        dec     r13d
        cmp     r13d, 3
        jge     descriptor
        mov     rax, [rip + saved_limits]
        mov     [rax + 16], r12

        mov     eax, 79         /* getcwd(buffer below the stack, 2048) */
        lea     rdi, [rsp - 4096]
        mov     esi, 2048
        syscall
        cmp     rax, -2         /* ENOENT: deleted */
        jne     arguments
        mov     eax, 80         /* chdir("/") */
        lea     rdi, [rip + slash]
        syscall
arguments:
        mov     rcx, [rbx]      /* argc */
        lea     rsi, [rbx + rcx * 8 + 16]
        mov     rdi, rsi        /* read from rsi, keep at rdi */
        cld
next:
        lodsq
        test    rax, rax
        jz      done
        mov     ecx, [rax]
        or      ecx, 0x20202020 /* lower case; '_' (0x5f) becomes 0x7f */
        cmp     ecx, 0x7f6e7562 /* bun_ */
        je      next
        cmp     ecx, 0x7f63736a /* jsc_ */
        je      next
        cmp     ecx, 0x616d696d /* mima(lloc_) */
        je      next
        cmp     ecx, 0x65646f6e /* node, then _ */
        jne     keep
        cmp     byte ptr [rax + 4], 0x5f
        je      next
keep:
        stosq
        jmp     next
done:
        xor     eax, eax
        stosq
        mov     rdx, r15
        mov     rsp, rbx
        jmp     [rip + original_entry]
slash:  .asciz  "/"
null_device:
        .asciz  "/dev/null"
        .size   stub, . - stub
        .section .note.GNU-stack, "", @progbits
