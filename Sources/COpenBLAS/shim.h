#pragma once
#include <cblas.h>

/// Eigenvalues (and vectors) of a symmetric matrix: LAPACK, which OpenBLAS carries.
void dsyev_(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *values,
            double *work, const int *work_size, int *info);

/// Ends OpenBLAS's threads; it has no declared function for that, and some builds of it none at all.
int blas_thread_shutdown_(void) __attribute__((weak));
static inline void ob_end_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}
