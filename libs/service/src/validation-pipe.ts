import { UnprocessableEntityException, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { FieldProblem } from './problem-filter.js';

const fieldProblemsMax = 50;

/**
 * Validates the bodies of the admin and internal API by their classes: unknown properties are refused, every broken rule
 * is reported at once (422, at most 50), and no value is repeated.
 */
export function problemValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new UnprocessableEntityException({ errors: fieldProblems(errors) }),
  });
}

/** The broken rules as JSON Pointers (RFC 6901) with the rule in words. */
export function fieldProblems(errors: readonly ValidationError[], parent = ''): FieldProblem[] {
  return errors
    .flatMap((error) => {
      const pointer = `${parent}/${error.property.replace(/~/g, '~0').replace(/\//g, '~1')}`;
      const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
      return [...own, ...fieldProblems(error.children ?? [], pointer)];
    })
    .slice(0, fieldProblemsMax);
}
