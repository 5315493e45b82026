import { managerId, managerOf } from './resource-source.js';

/** What a page keeps of each user, to find the name of her manager by. */
export const managerColumn = `${managerOf('r')} as manager`;

/**
 * The display names of the managers of all users of `rendered`, looked up together by their keys and handed out from one object
 * by `r.manager`, as groups are. Where nobody has a manager nothing is looked up.
 */
export const managerNamesOfPage = `(select jsonb_object_agg(m.id, m.document ->> 'displayName') from directory.users m
    where m.tenant_id is not distinct from $1
    and m.id = any (array(select distinct ${managerId('p.manager')} from rendered p where p.manager is not null))) ->> r.manager as manager_name`;
