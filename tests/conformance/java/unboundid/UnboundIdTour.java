import com.unboundid.scim2.client.ScimService;
import com.unboundid.scim2.common.exceptions.ResourceConflictException;
import com.unboundid.scim2.common.exceptions.ResourceNotFoundException;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.messages.ListResponse;
import com.unboundid.scim2.common.messages.SortOrder;
import com.unboundid.scim2.common.types.Email;
import com.unboundid.scim2.common.types.EnterpriseUserExtension;
import com.unboundid.scim2.common.types.GroupResource;
import com.unboundid.scim2.common.types.Member;
import com.unboundid.scim2.common.types.Name;
import com.unboundid.scim2.common.types.UserResource;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestFilter;
import java.util.ArrayList;
import java.util.List;
import org.glassfish.jersey.apache.connector.ApacheConnectorProvider;
import org.glassfish.jersey.client.ClientConfig;

/** Users and groups from beginning to end with the SCIM 2 client of UnboundID (now Ping Identity). */
public final class UnboundIdTour {
  private final ScimService scim;
  private final String unique = Long.toString(System.nanoTime(), 36);
  private UserResource user;
  private GroupResource group;

  private UnboundIdTour(ScimService scim) {
    this.scim = scim;
  }

  public static void main(String[] arguments) {
    String authorization = "Bearer " + Tour.required("SCIM_TOKEN");
    ClientRequestFilter authorize = request -> request.getHeaders().putSingle("Authorization", authorization);
    ClientConfig config = new ClientConfig().connectorProvider(new ApacheConnectorProvider()).register(authorize);
    Client client = ClientBuilder.newClient(config);
    try {
      UnboundIdTour tour = new UnboundIdTour(new ScimService(client.target(Tour.required("SCIM_URL"))));
      tour.discover();
      tour.users();
      tour.groups();
      tour.end();
    } finally {
      client.close();
    }
  }

  private void discover() {
    Tour.stop("discovery: configuration", () -> {
      Tour.expect(true, scim.getServiceProviderConfig().getPatch().isSupported());
      Tour.expect(true, scim.getServiceProviderConfig().getFilter().isSupported());
    });
    Tour.stop("discovery: resource types and schemas", () -> {
      Tour.expect(true, scim.getResourceTypes().getTotalResults() >= 2);
      Tour.expect("/Users", scim.getResourceType("User").getEndpoint().toString());
      Tour.expect(true, scim.getSchemas().getTotalResults() >= 3);
      Tour.expect("User", scim.getSchema("urn:ietf:params:scim:schemas:core:2.0:User").getName());
    });
  }

  private void users() {
    String userName = "jo." + unique + "@contoso.com";
    Tour.stop("user: create, with the enterprise extension", () -> {
      UserResource sent =
          new UserResource()
              .setUserName(userName)
              .setActive(true)
              .setName(new Name().setGivenName("Jo").setFamilyName("Berg"))
              .setEmails(List.of(new Email().setType("work").setPrimary(true).setValue(userName)));
      sent.setExtension(new EnterpriseUserExtension().setDepartment("R&D"));
      user = scim.create("Users", sent);
      Tour.expect(userName, user.getUserName());
      Tour.expect("R&D", user.getExtension(EnterpriseUserExtension.class).getDepartment());
    });
    Tour.stop("user: create again is a conflict", () -> {
      try {
        scim.create("Users", new UserResource().setUserName(userName));
        throw new AssertionError("it was created twice");
      } catch (ResourceConflictException expected) {
        Tour.expect("uniqueness", expected.getScimError().getScimType());
      }
    });
    Tour.stop("user: get by id and by location", () -> {
      Tour.expect(userName, scim.retrieve("Users", user.getId(), UserResource.class).getUserName());
      Tour.expect(userName, scim.retrieve(user).getUserName());
    });
    Tour.stop("user: filter by GET", () ->
        onlyUser(scim.search("Users", Filter.eq("userName", userName).toString(), UserResource.class)));
    Tour.stop("user: search by POST, sorted and paged", () ->
        onlyUser(
            scim.searchRequest("Users")
                .filter(Filter.and(Filter.sw("userName", "jo." + unique), Filter.eq("active", true)))
                .sort("userName", SortOrder.ASCENDING)
                .page(1, 10)
                .invokePost(UserResource.class)));
    Tour.stop("user: pages by cursor", () -> {
      scim.create("Users", new UserResource().setUserName("eve." + unique));
      List<String> names = new ArrayList<>();
      ListResponse<UserResource> page =
          scim.searchRequest("Users").firstPageCursorWithCount(1).invoke(UserResource.class);
      while (true) {
        page.getResources().forEach(each -> names.add(each.getUserName()));
        if (page.getNextCursor() == null) break;
        page = scim.searchRequest("Users").pageWithCursor(page.getNextCursor(), 1).invoke(UserResource.class);
      }
      Tour.expect(true, names.contains(userName) && names.contains("eve." + unique));
    });
    Tour.stop("user: patch", () -> {
      user =
          scim.modifyRequest("Users", user.getId())
              .replaceValue("displayName", "Jo Nord")
              .replaceValue("emails[type eq \"work\"].value", "new@contoso.com")
              .addValues("nickName", "JN")
              .removeValues("name.givenName")
              .invoke(UserResource.class);
      Tour.expect("Jo Nord", user.getDisplayName());
      Tour.expect("new@contoso.com", user.getEmails().get(0).getValue());
      Tour.expect(null, user.getName().getGivenName());
    });
    Tour.stop("user: replace", () -> {
      user = scim.replace(user.setTitle("Lead").setNickName(null));
      Tour.expect("Lead", user.getTitle());
      Tour.expect(null, user.getNickName());
      Tour.expect("Lead", scim.retrieve(user).getTitle());
    });
  }

  private void groups() {
    Tour.stop("group: create with a member", () -> {
      GroupResource sent = new GroupResource().setDisplayName("eng " + unique);
      sent.setMembers(List.of(new Member().setValue(user.getId())));
      group = scim.create("Groups", sent);
      Tour.expect(user.getId(), group.getMembers().get(0).getValue());
    });
    Tour.stop("group: filter by its member, without members", () -> {
      ListResponse<GroupResource> found =
          scim.searchRequest("Groups")
              .filter("members[value eq \"" + user.getId() + "\"]")
              .excludedAttributes("members")
              .invoke(GroupResource.class);
      Tour.expect(1, found.getTotalResults());
      Tour.expect(null, found.getResources().get(0).getMembers());
    });
    Tour.stop("group: patch members", () -> {
      scim.modifyRequest("Groups", group.getId())
          .removeValues("members[value eq \"" + user.getId() + "\"]")
          .invoke(Void.class);
      Tour.expect(true, members().isEmpty());
      scim.modifyRequest("Groups", group.getId())
          .addValues("members", new Member().setValue(user.getId()))
          .invoke(Void.class);
      Tour.expect(user.getId(), members().get(0).getValue());
    });
    Tour.stop("group: replace", () -> {
      group = scim.replace(scim.retrieve(group).setDisplayName("ops " + unique));
      Tour.expect("ops " + unique, group.getDisplayName());
      Tour.expect(1, members().size());
    });
  }

  private void end() {
    Tour.stop("group: delete", () -> {
      scim.delete(group);
      gone(() -> scim.retrieve(group));
    });
    Tour.stop("user: delete", () -> {
      scim.delete(user);
      gone(() -> scim.delete("Users", user.getId()));
    });
  }

  private List<Member> members() throws ScimException {
    List<Member> members = scim.retrieve(group).getMembers();
    return members == null ? List.of() : members;
  }

  private void onlyUser(ListResponse<UserResource> found) {
    Tour.expect(1, found.getTotalResults());
    Tour.expect(user.getId(), found.getResources().get(0).getId());
  }

  private static void gone(Tour.Stop stop) throws Exception {
    try {
      stop.visit();
    } catch (ResourceNotFoundException expected) {
      return;
    }
    throw new AssertionError("it is still there");
  }
}
