# Limits of agreement with several pairs per person (Bland and Altman 2007, section 3), the
# variance components by one-way analysis of variance. R 4.2.2; run as: Rscript repeated_limits.R
x <- c(12.1, 13.4, 11.8, 15.2, 14.9, 10.3, 10.8, 11.1, 9.9, 16.4, 15.8, 13.0, 12.2, 12.9)
y <- c(11.5, 13.9, 11.0, 14.1, 14.6, 10.9, 10.1, 11.5, 9.2, 15.1, 15.9, 12.2, 12.4, 11.7)
p <- factor(c(1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 5))
d <- x - y
ms <- summary(aov(d ~ p))[[1]][["Mean Sq"]]
N <- length(d); n <- nlevels(p); m <- table(p)
m0 <- (N^2 - sum(m^2)) / ((n - 1) * N)
s <- sqrt(ms[2] + max(0, (ms[1] - ms[2]) / m0))
cat(R.version.string, "\n")
print(c(bias = mean(d), sd = s, lower = mean(d) - qnorm(0.975) * s, upper = mean(d) + qnorm(0.975) * s), digits = 15)
