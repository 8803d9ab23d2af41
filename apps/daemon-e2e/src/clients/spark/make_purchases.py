"""csv -> parquet; then a job that fails while it writes; then, if asked, an end without a word."""
import os
import signal
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

source, target, how = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
purchases = spark.read.option("header", True).csv(source)
if how == "end":
    purchases.select(f.col("id"), (f.col("total") * 2).alias("double")).write.mode("overwrite").parquet(target)
    spark.stop()
elif how == "fail":

    @f.udf("string")
    def broken(value):
        raise ValueError("no such purchase")

    try:
        purchases.select(broken("id").alias("id")).write.mode("overwrite").parquet(target)
    except Exception:
        print("failed as it should")
    spark.stop()
else:
    purchases.write.mode("overwrite").parquet(target)
    # Of the JVM, as a machine that is switched off: nothing is sent any more.
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(9)
