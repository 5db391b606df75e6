# Reference values for multiple imputation: pooled results of many imputations by mice and jomo, to be met
# within Monte-Carlo error. Run in tests/reference: Rscript imputation.R   (writes imputation.json and
# imputation_categories.csv). R 4.2.2, mice 3.15.0, jomo 2.7-4, mitml 0.4-4, lme4 1.1-31.
suppressPackageStartupMessages({library(mice); library(jomo); library(mitml); library(lme4)})
num <- function(v) paste0("[", paste(sprintf("%.17g", v), collapse = ", "), "]")
out <- c()
add <- function(name, fits, vars, m) {
  Q <- do.call(rbind, fits); U <- do.call(rbind, vars)
  B <- apply(Q, 2, var); W <- colMeans(U); T <- W + (1 + 1 / m) * B
  out <<- c(out, paste0("  \"", name, "\": {\"m\": ", m, ", \"estimate\": ", num(colMeans(Q)), ", \"within\": ", num(W),
                        ", \"between\": ", num(B), ", \"se\": ", num(sqrt(T)), "}"))
}
of_lm <- function(name, tables, formula) {
  fits <- lapply(tables, function(d) lm(formula, d))
  add(name, lapply(fits, coef), lapply(fits, function(f) diag(vcov(f))), length(tables))
}
of_lmer <- function(name, tables, formula) {
  fits <- lapply(tables, function(d) lmer(formula, d))
  add(name, lapply(fits, fixef), lapply(fits, function(f) diag(as.matrix(vcov(f)))), length(tables))
}
completed <- function(mids) lapply(seq_len(mids$m), function(i) complete(mids, i))
together <- function(a, b) lapply(seq_along(a), function(i) rbind(a[[i]], b[[i]]))

d <- read.csv("../oracles/data/mi_incomplete.csv"); d$arm <- factor(d$arm); d$child <- NULL
m <- 200; f <- y2 ~ y0 + mother_age + arm
of_lm("normal", completed(mice(d, m, "norm", maxit = 20, seed = 11, printFlag = FALSE)), f)
of_lm("matching", completed(mice(d, m, "pmm", maxit = 20, seed = 12, printFlag = FALSE)), f)
by_arm <- lapply(levels(d$arm), function(a) {
  lapply(completed(mice(d[d$arm == a, c("mother_age", "y0", "y1", "y2")], m, "norm", maxit = 20, seed = 13, printFlag = FALSE)),
         function(t) transform(t, arm = factor(a, levels(d$arm)))) })
of_lm("normal_by_arm", together(by_arm[[1]], by_arm[[2]]), y2 ~ y0 + mother_age + arm * y1)

# Joint normal: every column with gaps given the complete ones.
set.seed(14)
j <- jomo1con(Y = d[, c("mother_age", "y1", "y2")], X = data.frame(one = 1, y0 = d$y0, arm = as.numeric(d$arm == "P")),
              nburn = 500, nbetween = 50, nimp = m, output = 0)
tables <- lapply(seq_len(m), function(i) { t <- j[j$Imputation == i, ]; t$arm <- factor(t$arm); t })
of_lm("joint", tables, f)

# Two levels: cognition of infants, a third of the values at later visits made missing by what was seen before.
e <- read.csv("../oracles/data/early_missing.csv"); e$id <- factor(e$id)
by_trt <- lapply(c("N", "Y"), function(a) {
  t <- e[e$trt == a, ]; t$id <- factor(t$id)
  set.seed(15)
  j <- jomo1rancon(Y = t["cog"], X = data.frame(one = 1, tos = t$tos), clus = data.frame(id = t$id), nburn = 1000, nbetween = 50,
                   nimp = m, output = 0)
  ids <- levels(t$id)
  lapply(seq_len(m), function(i) { k <- j[j$Imputation == i, ]
    data.frame(cog = k$cog, tos = k$tos, trt = factor(a, c("N", "Y")), id = ids[as.integer(factor(k$clus))]) })
})
of_lmer("clusters_by_arm", together(by_trt[[1]], by_trt[[2]]), cog ~ tos * trt + (1 | id))

# Categories of three kinds, missing at random. polyreg also for the ordered one: the draws of mice 3.15.0 by polr
# weaken its effect (0.8 where complete data have 1.25, and polyreg 1.3).
set.seed(16); n <- 300
x <- round(rnorm(n), 3); z <- round(0.4 * x + rnorm(n), 3)
binary <- ifelse(runif(n) < plogis(0.3 + x), "yes", "no")
ordered <- cut(x + 0.7 * z + rlogis(n), c(-Inf, -1, 1, Inf), labels = c("low", "middle", "high"))
eta <- cbind(0, 0.5 + 0.8 * x, -0.3 - 0.6 * z); p <- exp(eta) / rowSums(exp(eta))
unordered <- c("a", "b", "c")[apply(p, 1, function(q) sample(3, 1, prob = q))]
y <- round(1 + x + 0.5 * z + 0.8 * (binary == "yes") + 0.6 * as.integer(ordered) + 0.9 * (unordered == "b") + rnorm(n), 3)
c1 <- data.frame(x, z, binary, ordered, unordered, y)
for (k in c("binary", "ordered", "unordered")) c1[[k]][runif(n) < plogis(-1.3 + 0.7 * x)] <- NA
c1$y[runif(n) < plogis(-1.5 - 0.5 * z)] <- NA
write.csv(c1, "imputation_categories.csv", row.names = FALSE, na = "", quote = FALSE)
c1$binary <- factor(c1$binary); c1$ordered <- factor(c1$ordered, c("low", "middle", "high")); c1$unordered <- factor(c1$unordered)
method <- c(x = "", z = "", binary = "logreg", ordered = "polyreg", unordered = "polyreg", y = "norm")
tables <- completed(mice(c1, 60, method, maxit = 5, seed = 17, printFlag = FALSE))
of_lm("categories", tables, y ~ x + z + binary + ordered + unordered)

writeLines(c("{", paste(out, collapse = ",\n"), "}"), "imputation.json")
