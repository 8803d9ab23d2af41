-- The quick start's database: real data from the npm package vega-datasets, in tables as a database of a company has them.
--
-- Each line that begins with "-- load" names a file of that package. The launcher reads it (CSV or a JSON array of
-- objects) and hands it over as the rows of the temporary table `loaded (file text, row jsonb)`, in which this script
-- finds it. Everything below runs in one transaction: the database is there as a whole or not at all.
--
-- load airports.csv
-- load flights-10k.json
-- load movies.json
-- load cars.json
-- load stocks.csv
-- load weather.csv
-- load population.json
-- load us-state-capitals.json

create schema geography;
comment on schema geography is 'Places: states, their capitals and airports';

create table geography.state (
  name text primary key,
  capital text not null,
  latitude numeric(9, 6) not null,
  longitude numeric(9, 6) not null,
  constraint capital_is_unique unique (capital)
);
comment on table geography.state is 'States of the USA with their capitals';
comment on column geography.state.capital is 'City that holds the government of the state';

insert into geography.state (name, capital, latitude, longitude)
select row ->> 'state', row ->> 'city', (row ->> 'lat')::numeric, (row ->> 'lon')::numeric
from loaded where file = 'us-state-capitals.json';

create table geography.airport (
  iata text primary key check (length(iata) between 3 and 4),
  name text not null,
  city text,
  state_code text,
  country text not null default 'USA',
  latitude double precision not null,
  longitude double precision not null
);
comment on table geography.airport is 'Airports of the USA';
comment on column geography.airport.iata is 'Code of the airport';
create index airport_by_city on geography.airport (state_code, city);

insert into geography.airport (iata, name, city, state_code, country, latitude, longitude)
select row ->> 'iata', row ->> 'name', nullif(row ->> 'city', 'NA'), nullif(row ->> 'state', 'NA'), row ->> 'country',
  (row ->> 'latitude')::double precision, (row ->> 'longitude')::double precision
from loaded where file = 'airports.csv';

create schema transport;
comment on schema transport is 'Flights and cars';

create table transport.flight (
  id bigint generated always as identity,
  departed_at timestamp not null,
  origin text not null references geography.airport,
  destination text not null references geography.airport,
  distance_miles integer not null,
  delay_minutes integer not null,
  primary key (id, departed_at)
) partition by range (departed_at);
comment on table transport.flight is 'Flights of the first quarter of 2001, a partition for each month';
comment on column transport.flight.delay_minutes is 'Later than planned; less than zero when it arrived early';

create table transport.flight_2001_01 partition of transport.flight for values from ('2001-01-01') to ('2001-02-01');
create table transport.flight_2001_02 partition of transport.flight for values from ('2001-02-01') to ('2001-03-01');
create table transport.flight_2001_03 partition of transport.flight for values from ('2001-03-01') to ('2001-04-01');
create table transport.flight_rest partition of transport.flight default;
create index flight_by_route on transport.flight (origin, destination);

insert into transport.flight (departed_at, origin, destination, distance_miles, delay_minutes)
select to_timestamp(row ->> 'date', 'YYYY/MM/DD HH24:MI')::timestamp, row ->> 'origin', row ->> 'destination',
  (row ->> 'distance')::integer, (row ->> 'delay')::integer
from loaded where file = 'flights-10k.json'
  and exists (select from geography.airport where iata = row ->> 'origin')
  and exists (select from geography.airport where iata = row ->> 'destination');

create type transport.region as enum ('USA', 'Europe', 'Japan');

create table transport.car (
  id integer generated always as identity primary key,
  name text not null,
  made_on date not null,
  origin transport.region not null,
  cylinders smallint not null,
  displacement_cubic_inches numeric(6, 1),
  horsepower integer,
  weight_pounds integer not null,
  weight_kilograms numeric generated always as (round(weight_pounds * 0.45359237, 1)) stored,
  miles_per_gallon numeric(5, 1),
  seconds_to_60_mph numeric(5, 1)
);
comment on table transport.car is 'Cars of 1970 to 1982';
comment on column transport.car.miles_per_gallon is 'Null where nobody measured it';

insert into transport.car (name, made_on, origin, cylinders, displacement_cubic_inches, horsepower, weight_pounds, miles_per_gallon, seconds_to_60_mph)
select row ->> 'Name', (row ->> 'Year')::date, (row ->> 'Origin')::transport.region, (row ->> 'Cylinders')::smallint,
  (row ->> 'Displacement')::numeric, (row ->> 'Horsepower')::integer, (row ->> 'Weight_in_lbs')::integer,
  (row ->> 'Miles_per_Gallon')::numeric, (row ->> 'Acceleration')::numeric
from loaded where file = 'cars.json';

create view transport.route as
select origin, destination, count(*) as flights, avg(delay_minutes)::numeric(6, 1) as mean_delay_minutes
from transport.flight group by origin, destination;
comment on view transport.route is 'Pairs of airports with the number of flights between them';

create materialized view transport.airport_delay as
select airport.iata, airport.name, count(*) as flights,
  percentile_cont(0.5) within group (order by flight.delay_minutes) as median_delay_minutes
from geography.airport join transport.flight on flight.origin = airport.iata
group by airport.iata, airport.name;
comment on materialized view transport.airport_delay is 'Median delay by airport of origin; refreshed every night';
create unique index airport_delay_key on transport.airport_delay (iata);

create schema media;
comment on schema media is 'Films';

create table media.distributor (
  id integer generated always as identity primary key,
  name text not null unique
);
comment on table media.distributor is 'Companies that bring films to cinemas';

insert into media.distributor (name)
select distinct row ->> 'Distributor' from loaded
where file = 'movies.json' and row ->> 'Distributor' is not null order by 1;

create table media.movie (
  id integer generated always as identity primary key,
  title text,
  distributor_id integer references media.distributor,
  director text,
  genre text,
  rating text,
  running_time_minutes integer,
  production_budget_dollars bigint,
  worldwide_gross_dollars bigint,
  rotten_tomatoes_percent smallint check (rotten_tomatoes_percent between 0 and 100),
  imdb_rating numeric(3, 1),
  details jsonb not null
);
comment on table media.movie is 'Films with their costs, takings and ratings';
comment on column media.movie.details is 'The record as it came';

insert into media.movie (title, distributor_id, director, genre, rating, running_time_minutes, production_budget_dollars,
  worldwide_gross_dollars, rotten_tomatoes_percent, imdb_rating, details)
select row ->> 'Title', distributor.id, row ->> 'Director', row ->> 'Major Genre', row ->> 'MPAA Rating',
  (row ->> 'Running Time min')::integer, (row ->> 'Production Budget')::bigint, (row ->> 'Worldwide Gross')::bigint,
  (row ->> 'Rotten Tomatoes Rating')::smallint, (row ->> 'IMDB Rating')::numeric, row
from loaded left join media.distributor on distributor.name = row ->> 'Distributor'
where file = 'movies.json';
create index movie_by_director on media.movie (director) where director is not null;

create view media.best_movie as
select movie.title, movie.director, distributor.name as distributor, movie.imdb_rating
from media.movie left join media.distributor on distributor.id = movie.distributor_id
where movie.imdb_rating >= 8;
comment on view media.best_movie is 'Films that the public rates at 8 or better';

create schema finance;
comment on schema finance is 'Prices of shares';

create table finance.stock_price (
  symbol text not null,
  priced_on date not null,
  price_dollars numeric(8, 2) not null,
  primary key (symbol, priced_on)
) partition by list (symbol);
comment on table finance.stock_price is 'Price of a share on the first day of each month, a partition for each share';
create table finance.stock_price_msft partition of finance.stock_price for values in ('MSFT');
create table finance.stock_price_amzn partition of finance.stock_price for values in ('AMZN');
create table finance.stock_price_others partition of finance.stock_price default;

insert into finance.stock_price (symbol, priced_on, price_dollars)
select row ->> 'symbol', to_date(row ->> 'date', 'Mon DD YYYY'), (row ->> 'price')::numeric
from loaded where file = 'stocks.csv';

create table public.weather (
  location text not null,
  observed_on date not null,
  precipitation_millimetres numeric(5, 1) not null,
  highest_celsius numeric(4, 1) not null,
  lowest_celsius numeric(4, 1) not null,
  wind_metres_per_second numeric(4, 1) not null,
  kind text not null,
  primary key (location, observed_on),
  check (highest_celsius >= lowest_celsius)
);
comment on table public.weather is 'Weather of each day in Seattle and New York, 2012 to 2015';

insert into public.weather
select row ->> 'location', (row ->> 'date')::date, (row ->> 'precipitation')::numeric, (row ->> 'temp_max')::numeric,
  (row ->> 'temp_min')::numeric, (row ->> 'wind')::numeric, row ->> 'weather'
from loaded where file = 'weather.csv';

create table public.population (
  year smallint not null,
  age smallint not null,
  sex smallint not null check (sex in (1, 2)),
  people bigint not null,
  primary key (year, age, sex)
);
comment on table public.population is 'People of the USA by census, age group and sex';
comment on column public.population.sex is '1 male, 2 female';

insert into public.population
select (row ->> 'year')::smallint, (row ->> 'age')::smallint, (row ->> 'sex')::smallint, (row ->> 'people')::bigint
from loaded where file = 'population.json';

-- Who catalogues the database reads its catalogue and nothing it could change. The launcher makes the role `reader`.
grant usage on schema geography, transport, media, finance, public to reader;
grant select on all tables in schema geography, transport, media, finance, public to reader;
